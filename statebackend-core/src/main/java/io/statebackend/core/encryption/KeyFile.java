// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.crypto.AEADBadTagException;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Master keys in a local file, which is encrypted with a password: docs/format/encryption-v1.md.
 * The key is derived from the password by PBKDF2 with HMAC-SHA256 and 600,000 rounds, which takes a
 * large part of a second when the file is opened.
 *
 * <p>Keep copies of the file: without it, or without its password, nothing can be read any more.
 *
 * <p>Thread-safe. The keys stay in memory until this object is collected.
 */
public final class KeyFile implements KeyService {
  private static final int MAGIC = 0x53424b46; // "SBKF"
  private static final short VERSION = 1;
  private static final int ROUNDS = 600_000;
  private static final int ROUNDS_MAX = 100_000_000;
  private static final int SALT_SIZE_BYTES = 16;
  private static final int ID_SIZE_BYTES = 16;
  private static final int ENTRY_SIZE_BYTES = ID_SIZE_BYTES + AesGcm.KEY_SIZE_BYTES;

  private static final int ROUNDS_OFFSET = Integer.BYTES + 2 * Short.BYTES;
  private static final int SALT_OFFSET = ROUNDS_OFFSET + Integer.BYTES;
  private static final int NONCE_OFFSET = SALT_OFFSET + SALT_SIZE_BYTES;
  private static final int HEADER_SIZE_BYTES = NONCE_OFFSET + AesGcm.NONCE_SIZE_BYTES;
  private static final int SIZE_BYTES_MAX = 1 << 20;

  private static final byte[] WRAP_PURPOSE =
      "statebackend data key v1".getBytes(StandardCharsets.US_ASCII);
  private static final int WRAPPED_SIZE_BYTES =
      AesGcm.NONCE_SIZE_BYTES + AesGcm.KEY_SIZE_BYTES + AesGcm.TAG_SIZE_BYTES;

  private final Path file;
  private final int rounds;
  private final SecureRandom random = new SecureRandom();

  /** By their ids in hexadecimal, the oldest first. Replaced as a whole. */
  private volatile Map<String, SecretKeySpec> masterKeys;

  private KeyFile(Path file, int rounds, Map<String, SecretKeySpec> masterKeys) {
    this.file = file;
    this.rounds = rounds;
    this.masterKeys = masterKeys;
  }

  /**
   * Creates a file with a new master key. It can be read by its owner only, where the file system
   * has such permissions.
   *
   * @param file the file, which must not exist, in an existing directory
   * @param password what it is encrypted with; not kept
   * @return the keys
   * @throws StateIoException if it exists or cannot be written
   * @throws IllegalArgumentException if the password is empty
   */
  public static KeyFile create(Path file, char[] password) {
    return create(file, password, ROUNDS);
  }

  /** Creates it with another number of rounds, for tests. */
  static KeyFile create(Path file, char[] password, int rounds) {
    KeyFile created = new KeyFile(file, rounds, Map.of());
    if (Files.exists(file)) {
      throw cannotWrite(file, new FileAlreadyExistsException(file.toString()));
    }
    created.addMasterKey(password);
    return created;
  }

  /**
   * Reads a file.
   *
   * @param file an existing key file
   * @param password what it was encrypted with; not kept
   * @return the keys
   * @throws StateIoException if it cannot be read
   * @throws IncompatibleStateException if the password is not that of the file, or the file is of a
   *     newer version
   * @throws CorruptStateException if it is damaged
   */
  public static KeyFile open(Path file, char[] password) {
    byte[] bytes = readFile(file);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int rounds = buffer.getInt(ROUNDS_OFFSET);
    byte[] content = new byte[contentSize(bytes)];
    try {
      cipher(password, bytes, rounds)
          .decrypt(
              Arrays.copyOfRange(bytes, NONCE_OFFSET, HEADER_SIZE_BYTES),
              Arrays.copyOf(bytes, NONCE_OFFSET),
              bytes,
              HEADER_SIZE_BYTES,
              content.length + AesGcm.TAG_SIZE_BYTES,
              content,
              0);
    } catch (AEADBadTagException e) {
      throw new IncompatibleStateException(
          "the password is not that of the key file: file="
              + file
              + "; use the password that it was created or last changed with",
          e);
    }
    Map<String, SecretKeySpec> keys = new LinkedHashMap<>();
    for (int at = 0; at < content.length; at += ENTRY_SIZE_BYTES) {
      int keyAt = at + ID_SIZE_BYTES;
      byte[] key = Arrays.copyOfRange(content, keyAt, at + ENTRY_SIZE_BYTES);
      keys.put(HexFormat.of().formatHex(content, at, keyAt), AesGcm.key(key));
      Arrays.fill(key, (byte) 0);
    }
    Arrays.fill(content, (byte) 0);
    return new KeyFile(file, rounds, keys);
  }

  private static byte[] readFile(Path file) {
    byte[] bytes;
    try {
      if (Files.size(file) > SIZE_BYTES_MAX) {
        throw damaged(file, "it is longer than " + SIZE_BYTES_MAX + " bytes");
      }
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new StateIoException("cannot read key file: file=" + file + ", reason=" + e, e);
    }
    if (bytes.length < Integer.BYTES || ByteBuffer.wrap(bytes).getInt() != MAGIC) {
      throw damaged(file, "it does not begin as key files do");
    }
    int contentSize = contentSize(bytes);
    if (contentSize < ENTRY_SIZE_BYTES || contentSize % ENTRY_SIZE_BYTES != 0) {
      throw damaged(file, "no key file has this length: " + bytes.length);
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    int end = bytes.length - Integer.BYTES;
    int expected = buffer.getInt(end);
    int actual = EncryptedLayout.crc32c(bytes, 0, end);
    if (expected != actual) {
      throw damaged(file, "checksum expected=%08x, actual=%08x".formatted(expected, actual));
    }
    int version = Short.toUnsignedInt(buffer.getShort(Integer.BYTES));
    if (version != VERSION) {
      throw new IncompatibleStateException(
          "key file of another version: expected=%d, actual=%d, file=%s; read it with the version of the library that wrote it"
              .formatted(VERSION, version, file));
    }
    int rounds = buffer.getInt(ROUNDS_OFFSET);
    if (rounds < 1 || rounds > ROUNDS_MAX) {
      throw damaged(file, "no key file has this number of rounds: " + rounds);
    }
    return bytes;
  }

  private static int contentSize(byte[] file) {
    return file.length - HEADER_SIZE_BYTES - AesGcm.TAG_SIZE_BYTES - Integer.BYTES;
  }

  private static CorruptStateException damaged(Path file, String what) {
    return new CorruptStateException(
        "key file is damaged: " + what + "; bring it back from a copy",
        file.toString(),
        CorruptStateException.UNKNOWN_OFFSET);
  }

  private static AesGcm cipher(char[] password, byte[] header, int rounds) {
    byte[] salt = Arrays.copyOfRange(header, SALT_OFFSET, NONCE_OFFSET);
    PBEKeySpec spec = new PBEKeySpec(password, salt, rounds, 8 * AesGcm.KEY_SIZE_BYTES);
    try {
      SecretKeyFactory factory = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256");
      return new AesGcm(AesGcm.key(factory.generateSecret(spec).getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java platform has no PBKDF2 with HMAC-SHA256", e);
    } finally {
      spec.clearPassword();
    }
  }

  /**
   * Creates a new master key for new data keys, and writes the file again. Older master keys are
   * kept. {@link EncryptedCheckpointStorage#rewrapDataKeys} then wraps the data keys of a storage
   * with it.
   *
   * @param password what the file is to be encrypted with from now on; not kept
   * @throws StateIoException if the file cannot be written; the keys are as before then
   * @throws IllegalArgumentException if the password is empty
   */
  public synchronized void addMasterKey(char[] password) {
    byte[] id = new byte[ID_SIZE_BYTES];
    byte[] key = new byte[AesGcm.KEY_SIZE_BYTES];
    random.nextBytes(id);
    random.nextBytes(key);
    Map<String, SecretKeySpec> keys = new LinkedHashMap<>(masterKeys);
    keys.put(HexFormat.of().formatHex(id), AesGcm.key(key));
    Arrays.fill(key, (byte) 0);
    write(keys, password);
    masterKeys = keys;
  }

  /**
   * Encrypts the file with another password.
   *
   * @param password the new password; not kept
   * @throws StateIoException if the file cannot be written; it is as before then
   * @throws IllegalArgumentException if the password is empty
   */
  public synchronized void changePassword(char[] password) {
    write(masterKeys, password);
  }

  private void write(Map<String, SecretKeySpec> keys, char[] password) {
    if (requireNonNull(password, "password").length == 0) {
      throw new IllegalArgumentException("the password of a key file is empty: file=" + file);
    }
    int contentSize = keys.size() * ENTRY_SIZE_BYTES;
    ByteBuffer content = ByteBuffer.allocate(contentSize);
    keys.forEach((id, key) -> content.put(HexFormat.of().parseHex(id)).put(key.getEncoded()));
    byte[] salt = new byte[SALT_SIZE_BYTES];
    byte[] nonce = new byte[AesGcm.NONCE_SIZE_BYTES];
    random.nextBytes(salt);
    random.nextBytes(nonce);
    ByteBuffer bytes =
        ByteBuffer.allocate(
            HEADER_SIZE_BYTES + contentSize + AesGcm.TAG_SIZE_BYTES + Integer.BYTES);
    bytes.putInt(MAGIC).putShort(VERSION).putShort((short) 0).putInt(rounds).put(salt).put(nonce);
    cipher(password, bytes.array(), rounds)
        .encrypt(
            nonce,
            Arrays.copyOf(bytes.array(), NONCE_OFFSET),
            content.array(),
            contentSize,
            bytes.array(),
            HEADER_SIZE_BYTES);
    Arrays.fill(content.array(), (byte) 0);
    int end = bytes.capacity() - Integer.BYTES;
    bytes.putInt(end, EncryptedLayout.crc32c(bytes.array(), 0, end));
    replace(bytes.rewind());
  }

  /**
   * Writes another file, syncs and renames it: at any time the file is the old one or the new one.
   */
  private void replace(ByteBuffer bytes) {
    Path absolute = file.toAbsolutePath();
    Path aside = absolute.resolveSibling(absolute.getFileName() + ".new");
    try {
      Files.deleteIfExists(aside);
      Set<StandardOpenOption> options =
          Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      try (FileChannel channel = FileChannel.open(aside, options, ownerOnly(aside))) {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(
          aside, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw cannotWrite(file, e);
    }
  }

  private static FileAttribute<?>[] ownerOnly(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  private static StateIoException cannotWrite(Path file, IOException e) {
    return new StateIoException(
        "cannot write key file: file="
            + file
            + ", reason="
            + e
            + "; see that its directory is there and can be written",
        e);
  }

  @Override
  public DataKey generate() {
    byte[] key = new byte[AesGcm.KEY_SIZE_BYTES];
    random.nextBytes(key);
    return new DataKey(key, wrap(key));
  }

  private WrappedKey wrap(byte[] key) {
    String newestId = "";
    for (String id : masterKeys.keySet()) {
      newestId = id;
    }
    SecretKeySpec masterKey = requireNonNull(masterKeys.get(newestId), "a key file has a key");
    byte[] nonce = new byte[AesGcm.NONCE_SIZE_BYTES];
    random.nextBytes(nonce);
    byte[] wrapped = Arrays.copyOf(nonce, WRAPPED_SIZE_BYTES);
    new AesGcm(masterKey).encrypt(nonce, WRAP_PURPOSE, key, key.length, wrapped, nonce.length);
    return new WrappedKey(newestId, wrapped);
  }

  @Override
  public byte[] unwrap(WrappedKey key) {
    SecretKeySpec masterKey = masterKeys.get(key.masterKeyId());
    if (masterKey == null) {
      throw new IncompatibleStateException(
          "the key file has no such master key: master key=%s, file=%s, keys in it=%s; use the key file that the storage was encrypted with"
              .formatted(key.masterKeyId(), file, masterKeys.keySet()));
    }
    byte[] wrapped = key.bytes();
    byte[] plain = new byte[AesGcm.KEY_SIZE_BYTES];
    try {
      if (wrapped.length != WRAPPED_SIZE_BYTES) {
        throw new AEADBadTagException("no wrapped key has this length: " + wrapped.length);
      }
      byte[] nonce = Arrays.copyOf(wrapped, AesGcm.NONCE_SIZE_BYTES);
      int length = wrapped.length - nonce.length;
      new AesGcm(masterKey).decrypt(nonce, WRAP_PURPOSE, wrapped, nonce.length, length, plain, 0);
      return plain;
    } catch (AEADBadTagException e) {
      throw new IncompatibleStateException(
          "a wrapped key is not what this master key has wrapped: master key=%s, key file=%s; the stored keys were changed, or another key has this id"
              .formatted(key.masterKeyId(), file),
          e);
    }
  }

  @Override
  public WrappedKey rewrap(WrappedKey key) {
    return wrap(unwrap(key));
  }
}
