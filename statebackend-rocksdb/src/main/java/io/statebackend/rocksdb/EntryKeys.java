// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;

/**
 * The keys of the entries of a table, as docs/format/rocksdb-snapshot-v1.md specifies. They have
 * the form of {@link io.statebackend.api.spi.EntryKeyFormat}. If the table shares its column
 * family, its number is behind the key group.
 */
final class EntryKeys<N> {
  /** The number of the table, {@link Column#ALONE} if it has a column family of its own. */
  private final int number;

  private final int keyLength;
  private final TypeSerializer<N> namespaceSerializer;

  EntryKeys(Column column, TypeSerializer<N> namespaceSerializer) {
    this.number = column.number();
    this.keyLength = column.format().keyLength();
    this.namespaceSerializer = namespaceSerializer;
  }

  /** Writes what the keys of a key and namespace begin with. */
  void writePrefix(KeyContext<?> key, N namespace, BinaryOutput out) {
    writeKeyGroup(key.keyGroup(), out);
    BinaryOutput bytes = key.bytes();
    Field.writeBytes(keyLength, bytes.array(), 0, bytes.position(), out);
    Field.write(namespaceSerializer, namespace, out);
  }

  /** Writes what the keys of a key begin with, whatever the namespace. */
  void writeKey(KeyContext<?> key, BinaryOutput out) {
    writeKeyGroup(key.keyGroup(), out);
    BinaryOutput bytes = key.bytes();
    Field.writeBytes(keyLength, bytes.array(), 0, bytes.position(), out);
  }

  /**
   * Reads the namespace of an entry.
   *
   * @param keyEnd where it begins
   * @return the length that it has with what says so
   */
  int namespaceLength(byte[] bytes, int keyEnd, int end) {
    BinaryInput in = new BinaryInput();
    in.reset(bytes, keyEnd, end);
    in.skip(Field.length(namespaceSerializer.fixedLength(), in));
    return in.position() - keyEnd;
  }

  N readNamespace(byte[] bytes, int keyEnd, int end) {
    BinaryInput in = new BinaryInput();
    in.reset(bytes, keyEnd, end);
    return Field.read(namespaceSerializer, in);
  }

  /** Writes the same for an entry that is loaded; does not move the windows of the source. */
  void writePrefix(int keyGroup, EntrySource entry, BinaryOutput out) {
    writeKeyGroup(keyGroup, out);
    writeField(keyLength, entry.key(), out);
    writeField(namespaceSerializer.fixedLength(), entry.namespace(), out);
  }

  private void writeKeyGroup(int keyGroup, BinaryOutput out) {
    out.writeShort(keyGroup);
    if (number != Column.ALONE) {
      out.writeShort(number);
    }
  }

  private static void writeField(int fixedLength, BinaryInput bytes, BinaryOutput out) {
    Field.writeBytes(fixedLength, bytes.array(), bytes.position(), bytes.remaining(), out);
  }
}
