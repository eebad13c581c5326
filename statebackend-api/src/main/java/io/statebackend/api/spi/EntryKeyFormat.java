// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;

/**
 * A format of keys for engines over an ordered map of bytes.
 *
 * <pre>
 * entryKey := prefix suffix
 * prefix   := keyGroup:u16 key:field namespace:field           field as in {@link Field}
 * suffix := chosen by the engine: nothing for a value, a number for an element of a list, the user key for an entry of a map
 * </pre>
 *
 * <p>Compared byte by byte as unsigned numbers, the entries of a key group lie side by side, and so
 * do those of a key and namespace. Fields say where they end, so no prefix is the beginning of
 * another one. So the entries beneath a prefix are exactly those of its key and namespace, even if
 * one key is the beginning of another. Immutable, thread-safe.
 *
 * @param <N> the type of the namespaces
 */
public final class EntryKeyFormat<N> {
  private final int keyLength;
  private final TypeSerializer<N> namespaceSerializer;

  /**
   * Creates the format of a table.
   *
   * @param keySerializer the serializer of the keys
   * @param namespaceSerializer the serializer of the namespaces
   */
  public EntryKeyFormat(TypeSerializer<?> keySerializer, TypeSerializer<N> namespaceSerializer) {
    this.keyLength = keySerializer.fixedLength();
    this.namespaceSerializer = requireNonNull(namespaceSerializer, "namespaceSerializer");
  }

  /**
   * Writes the prefix of a key and namespace.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param out receives the bytes
   */
  public void writePrefix(KeyContext<?> key, N namespace, BinaryOutput out) {
    out.writeShort(key.keyGroup());
    BinaryOutput bytes = key.bytes();
    Field.writeBytes(keyLength, bytes.array(), 0, bytes.position(), out);
    Field.write(namespaceSerializer, namespace, out);
  }

  /**
   * Writes the prefix of an entry that is being loaded. Does not move the windows of the source.
   *
   * @param keyGroup the key group
   * @param entry the source of key and namespace
   * @param out receives the bytes
   */
  public void writePrefix(int keyGroup, EntrySource entry, BinaryOutput out) {
    out.writeShort(keyGroup);
    writeField(keyLength, entry.key(), out);
    writeField(namespaceSerializer.fixedLength(), entry.namespace(), out);
  }

  private static void writeField(int fixedLength, BinaryInput bytes, BinaryOutput out) {
    Field.writeBytes(fixedLength, bytes.array(), bytes.position(), bytes.remaining(), out);
  }

  /**
   * Iterates over entries whose keys have this format and whose values are what {@link
   * EntryCursor#writeValue} has to write.
   *
   * @param entries the entries of one key group; their content must not change any more
   * @return a cursor before the first entry, which ends with the iterator; closing it does nothing
   */
  public EntryCursor cursor(Iterator<Map.Entry<byte[], byte[]>> entries) {
    return new BytesCursor(keyLength, namespaceSerializer.fixedLength(), entries);
  }

  /**
   * Returns the prefix of all entries of a key group.
   *
   * @param keyGroup the key group
   * @return the first bytes of their keys
   */
  public static byte[] keyGroupPrefix(int keyGroup) {
    return new byte[] {(byte) (keyGroup >> 8), (byte) keyGroup};
  }

  /**
   * Returns where the entries beneath a prefix end.
   *
   * @param prefix a prefix, or that of a key group
   * @return the smallest key that comes after all keys that begin with the prefix
   */
  public static byte[] endOf(byte[] prefix) {
    // There is always a byte to increment: key groups, which come first, are below 2^15.
    int last = prefix.length - 1;
    while (prefix[last] == (byte) 0xff) {
      last--;
    }
    byte[] end = Arrays.copyOf(prefix, last + 1);
    end[last]++;
    return end;
  }

  private static final class BytesCursor implements EntryCursor {
    private final int keyLength;
    private final int namespaceLength;
    private final Iterator<Map.Entry<byte[], byte[]>> entries;

    /** The window on the entry's key, moved from field to field. */
    private final BinaryInput in = new BinaryInput();

    private byte[] value = new byte[0];
    private byte[] entryKey = value;

    BytesCursor(int keyLength, int namespaceLength, Iterator<Map.Entry<byte[], byte[]>> entries) {
      this.keyLength = keyLength;
      this.namespaceLength = namespaceLength;
      this.entries = entries;
    }

    @Override
    public boolean next() {
      if (!entries.hasNext()) {
        return false;
      }
      Map.Entry<byte[], byte[]> entry = entries.next();
      entryKey = entry.getKey();
      value = entry.getValue();
      return true;
    }

    @Override
    public void writeKey(BinaryOutput out) {
      in.reset(entryKey, Short.BYTES, entryKey.length);
      copyField(keyLength, out);
    }

    @Override
    public void writeNamespace(BinaryOutput out) {
      in.reset(entryKey, Short.BYTES, entryKey.length);
      in.skip(Field.length(keyLength, in));
      copyField(namespaceLength, out);
    }

    private void copyField(int fixedLength, BinaryOutput out) {
      int length = Field.length(fixedLength, in);
      out.write(entryKey, in.position(), length);
    }

    @Override
    public void writeValue(BinaryOutput out) {
      out.write(value, 0, value.length);
    }
  }
}
