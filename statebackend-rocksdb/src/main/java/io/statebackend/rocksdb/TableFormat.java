// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.TableSpec;

/**
 * The description of a table without its serializers: enough to open, scan and snapshot it. Lengths
 * are {@link TypeSerializer#VARIABLE_LENGTH} if they vary.
 *
 * @param name its name
 * @param kind what is stored per key and namespace
 * @param keyLength the length of keys
 * @param namespaceLength the length of namespaces
 * @param userKeyLength the length of user keys, 0 but for maps
 * @param valueLength the length of values or elements
 */
record TableFormat(
    String name,
    Kind kind,
    int keyLength,
    int namespaceLength,
    int userKeyLength,
    int valueLength) {

  /** What is stored per key and namespace. */
  enum Kind {
    VALUE(1),
    LIST(2),
    MAP(3);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    private static Kind ofCode(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new CorruptStateException("not a kind of table: code=" + code);
    }
  }

  static TableFormat of(TypeSerializer<?> keys, TableSpec.OfValues<?, ?> spec) {
    return of(keys, spec, Kind.VALUE, 0, spec.valueSerializer());
  }

  static TableFormat of(TypeSerializer<?> keys, TableSpec.OfLists<?, ?> spec) {
    return of(keys, spec, Kind.LIST, 0, spec.elementSerializer());
  }

  static TableFormat of(TypeSerializer<?> keys, TableSpec.OfMaps<?, ?, ?> spec) {
    return of(keys, spec, Kind.MAP, spec.userKeySerializer().fixedLength(), spec.valueSerializer());
  }

  private static TableFormat of(
      TypeSerializer<?> keys,
      TableSpec<?> spec,
      Kind kind,
      int userKeyLength,
      TypeSerializer<?> values) {
    return new TableFormat(
        spec.name(),
        kind,
        keys.fixedLength(),
        spec.namespaceSerializer().fixedLength(),
        userKeyLength,
        values.fixedLength());
  }

  /** Returns the length that the prefixes of all keys and namespaces have, or that it varies. */
  int prefixLength() {
    return keyLength < 0 || namespaceLength < 0
        ? TypeSerializer.VARIABLE_LENGTH
        : Short.BYTES + keyLength + namespaceLength;
  }

  void write(BinaryOutput out) {
    out.writeString(name);
    out.writeByte(kind.code);
    out.writeInt(keyLength);
    out.writeInt(namespaceLength);
    out.writeInt(userKeyLength);
    out.writeInt(valueLength);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws CorruptStateException if the bytes are something else
   */
  static TableFormat read(BinaryInput in) {
    String name = in.readString();
    Kind kind = Kind.ofCode(in.readByte());
    return new TableFormat(name, kind, in.readInt(), in.readInt(), in.readInt(), in.readInt());
  }
}
