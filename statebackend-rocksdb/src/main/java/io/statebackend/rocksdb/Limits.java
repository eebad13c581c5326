// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateIoException;

/**
 * The maximum sizes of a key and a value in the database. RocksDB accepts larger values than an
 * array of the JVM can hold. Without these limits a value could be written and never be read again.
 *
 * @param keyBytesMax the limit of key, namespace and user key together
 * @param valueBytesMax the limit of a value, or of a list with all its elements
 */
record Limits(int keyBytesMax, long valueBytesMax) {
  /** RocksDB's own recommendation for keys; half of what an array can hold for values. */
  static final Limits OF_ROCKSDB = new Limits(8 << 20, 1L << 30);

  void checkKey(Column column, int length) {
    if (length > keyBytesMax) {
      throw new StateIoException(
          "key, namespace and user key are too long: state=%s, bytes=%d, limit=%d"
              .formatted(column.format().name(), length, keyBytesMax));
    }
  }

  void checkValue(Column column, long length) {
    if (length > valueBytesMax) {
      throw new StateIoException(
          "value is too large for the rocksdb engine: state=%s, bytes=%d, limit=%d; divide it, as a map with smaller values"
              .formatted(column.format().name(), length, valueBytesMax));
    }
  }

  StateIoException listTooLong(Column column, long length) {
    return new StateIoException(
        "list is too large for the rocksdb engine: state=%s, bytes=%d, limit=%d; divide it, by key, namespace or as a map"
            .formatted(column.format().name(), length, valueBytesMax));
  }
}
