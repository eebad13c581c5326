// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The wrapped data keys of a storage, as a file of the directory {@code _keys} has them:
 * docs/format/encryption-v1.md. Immutable.
 */
final class StoredKeys {
  /** The directory of the files; the one with the greatest number counts. */
  static final String DIRECTORY = "_keys";

  private static final int MAGIC = 0x5342454b; // "SBEK"
  private static final short VERSION = 1;
  private static final int HEADER_SIZE_BYTES = 12;
  private static final int SIZE_BYTES_MAX = 16 << 20;

  private final long number;

  /** By their ids in hexadecimal, the oldest first: the last one is for new files. */
  private final Map<String, WrappedKey> keys;

  private StoredKeys(long number, Map<String, WrappedKey> keys) {
    this.number = number;
    this.keys = Collections.unmodifiableMap(keys);
  }

  /** The keys of a storage in which nothing was encrypted yet. */
  static StoredKeys none() {
    return new StoredKeys(0, new LinkedHashMap<>());
  }

  Map<String, WrappedKey> keys() {
    return keys;
  }

  /** Returns the id of the key for new files; there must be one. */
  String newestId() {
    String newest = "";
    for (String id : keys.keySet()) {
      newest = id;
    }
    return newest;
  }

  /** Returns the successor of this: other keys, under the next number. */
  StoredKeys next(Map<String, WrappedKey> nextKeys) {
    return new StoredKeys(number + 1, new LinkedHashMap<>(nextKeys));
  }

  private static String file(long number) {
    return DIRECTORY + "/" + number;
  }

  /** Returns the path of the file that has these keys. */
  String file() {
    return file(number);
  }

  /**
   * Reads the newest ones of a storage.
   *
   * @throws CorruptStateException if the file is damaged
   * @throws IncompatibleStateException if it is of a version that is not known
   */
  static StoredKeys read(CheckpointStorage storage) {
    long newest = 0;
    for (String name : storage.list(DIRECTORY)) {
      newest = Math.max(newest, numberOf(name));
    }
    if (newest == 0) {
      return none();
    }
    String file = storage.location() + "/" + file(newest);
    try (StorageInput in = storage.open(file(newest))) {
      long length = in.length();
      if (length > SIZE_BYTES_MAX) {
        throw damaged("file of keys is too long: length=" + length, file);
      }
      byte[] bytes = new byte[(int) length];
      in.read(0, bytes, 0, bytes.length);
      return parse(newest, bytes, file);
    }
  }

  private static long numberOf(String name) {
    boolean isNumber = name.matches("[1-9][0-9]{0,17}");
    return isNumber ? Long.parseLong(name) : 0;
  }

  /** Writes these as the newest keys. */
  void publish(CheckpointStorage storage) {
    storage.publish(file(), toBytes());
  }

  /** Deletes the files of older ones. */
  void deleteOlder(CheckpointStorage storage) {
    for (String name : storage.list(DIRECTORY)) {
      long older = numberOf(name);
      if (older > 0 && older < number) {
        storage.delete(file(older));
      }
    }
  }

  private byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(MAGIC);
      out.writeShort(VERSION);
      out.writeShort(0);
      out.writeInt(keys.size());
      for (Map.Entry<String, WrappedKey> key : keys.entrySet()) {
        out.write(HexFormat.of().parseHex(key.getKey()));
        write(out, key.getValue().masterKeyId().getBytes(StandardCharsets.UTF_8));
        write(out, key.getValue().bytes());
      }
      byte[] content = bytes.toByteArray();
      out.writeInt(EncryptedLayout.crc32c(content, 0, content.length));
    } catch (IOException e) {
      throw new UncheckedIOException("an array takes what it is given", e);
    }
    return bytes.toByteArray();
  }

  private static void write(DataOutputStream out, byte[] bytes) throws IOException {
    if (bytes.length > 0xffff) {
      throw new IllegalArgumentException(
          "name or wrapped key of a key service is too long: expected at most 65535 bytes, actual="
              + bytes.length);
    }
    out.writeShort(bytes.length);
    out.write(bytes);
  }

  private static StoredKeys parse(long number, byte[] bytes, String file) {
    int end = bytes.length - Integer.BYTES;
    if (end < HEADER_SIZE_BYTES) {
      throw damaged("file of keys is cut: length=" + bytes.length, file);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int expected = buffer.getInt(end);
    int actual = EncryptedLayout.crc32c(bytes, 0, end);
    if (buffer.getInt(0) != MAGIC || expected != actual) {
      throw damaged(
          "file of keys is damaged: magic expected=%08x, actual=%08x, checksum expected=%08x, actual=%08x; restore it from a copy"
              .formatted(MAGIC, buffer.getInt(0), expected, actual),
          file);
    }
    int version = Short.toUnsignedInt(buffer.getShort(Integer.BYTES));
    if (version != VERSION) {
      throw new IncompatibleStateException(
          "file of keys of another version: expected=%d, actual=%d, file=%s; read it with the version of the library that wrote it"
              .formatted(VERSION, version, file));
    }
    buffer.position(Integer.BYTES + 2 * Short.BYTES).limit(end);
    Map<String, WrappedKey> keys = new LinkedHashMap<>();
    try {
      for (int left = buffer.getInt(); left > 0; left--) {
        byte[] id = new byte[EncryptedLayout.ID_SIZE_BYTES];
        buffer.get(id);
        String masterKeyId = new String(readBytes(buffer), StandardCharsets.UTF_8);
        keys.put(HexFormat.of().formatHex(id), new WrappedKey(masterKeyId, readBytes(buffer)));
      }
    } catch (BufferUnderflowException e) {
      throw damaged("file of keys ends within a key", file);
    }
    if (keys.isEmpty() || buffer.hasRemaining()) {
      throw damaged(
          "file of keys has %d keys and %d bytes after them"
              .formatted(keys.size(), buffer.remaining()),
          file);
    }
    return new StoredKeys(number, keys);
  }

  private static byte[] readBytes(ByteBuffer buffer) {
    byte[] bytes = new byte[Short.toUnsignedInt(buffer.getShort())];
    buffer.get(bytes);
    return bytes;
  }

  private static CorruptStateException damaged(String message, String file) {
    return new CorruptStateException(message, file, CorruptStateException.UNKNOWN_OFFSET);
  }
}
