// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.TableSpec;

/**
 * What is known of a table without its serializers: enough to read, move and snapshot its records.
 * Lengths are {@link TypeSerializer#VARIABLE_LENGTH} if they vary.
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

    /** Returns what manifests call the kind. */
    int code() {
      return code;
    }

    /**
     * Returns a kind.
     *
     * @throws CorruptStateException if there is none of that code
     */
    static Kind ofCode(int code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new CorruptStateException("not a kind of table: code=" + code);
    }
  }

  static TableFormat of(TypeSerializer<?> keys, TableSpec.OfValues<?, ?> spec) {
    return new TableFormat(
        spec.name(),
        Kind.VALUE,
        keys.fixedLength(),
        spec.namespaceSerializer().fixedLength(),
        0,
        spec.valueSerializer().fixedLength());
  }

  static TableFormat of(TypeSerializer<?> keys, TableSpec.OfLists<?, ?> spec) {
    return new TableFormat(
        spec.name(),
        Kind.LIST,
        keys.fixedLength(),
        spec.namespaceSerializer().fixedLength(),
        0,
        spec.elementSerializer().fixedLength());
  }

  static TableFormat of(TypeSerializer<?> keys, TableSpec.OfMaps<?, ?, ?> spec) {
    return new TableFormat(
        spec.name(),
        Kind.MAP,
        keys.fixedLength(),
        spec.namespaceSerializer().fixedLength(),
        spec.userKeySerializer().fixedLength(),
        spec.valueSerializer().fixedLength());
  }

  /** Returns the same under another name. */
  TableFormat withName(String newName) {
    return new TableFormat(newName, kind, keyLength, namespaceLength, userKeyLength, valueLength);
  }

  boolean hasPages() {
    return kind != Kind.VALUE;
  }

  KeyPartFormat keyParts() {
    return new KeyPartFormat(keyLength, namespaceLength);
  }

  /** Returns the layout of the records that are not pages. */
  RecordLayout headLayout(int tableId) {
    int valueLengthOfRecord = hasPages() ? TypeSerializer.VARIABLE_LENGTH : valueLength;
    return new RecordLayout(
        tableId, false, keyParts(), keyParts().fixedLength(), valueLengthOfRecord);
  }

  /** Returns the layout of the records that are pages. */
  RecordLayout pageLayout(int tableId) {
    int headLength = keyParts().fixedLength();
    int keyPartLength = headLength < 0 ? headLength : headLength + KeyPartFormat.PAGE_BYTES;
    return new RecordLayout(
        tableId, true, keyParts(), keyPartLength, TypeSerializer.VARIABLE_LENGTH);
  }
}
