// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;

/**
 * A stored list.
 *
 * <pre>
 * list := element (separator element)*         element := field, separator := 2C
 * </pre>
 *
 * <p>Fields say where they end. The separator exists because RocksDB's append operator puts one
 * between its operands.
 */
final class ListElements {
  /** What RocksDB's append operator sets between operands. */
  static final byte SEPARATOR = ',';

  /** The separator as an array to copy from. */
  static final byte[] SEPARATORS = {SEPARATOR};

  private ListElements() {}

  /** Appends an element to what is a list, or nothing yet. */
  static <E> void append(TypeSerializer<E> serializer, E element, BinaryOutput list) {
    if (list.position() > 0) {
      list.writeByte(SEPARATOR);
    }
    Field.write(serializer, element, list);
  }

  /** Appends the elements of a page of the portable form. */
  static void appendPage(int elementLength, BinaryInput page, BinaryOutput list) {
    while (page.remaining() > 0) {
      if (list.position() > 0) {
        list.writeByte(SEPARATOR);
      }
      copyElement(elementLength, page, list);
    }
  }

  /** Copies an element as it is. */
  static void copyElement(int elementLength, BinaryInput in, BinaryOutput out) {
    int length = Field.length(elementLength, in);
    Field.writeBytes(elementLength, in.array(), in.position(), length, out);
    in.skip(length);
  }

  /** Moves behind the separator after an element, unless it was the last. */
  static void skipSeparator(BinaryInput list) {
    if (list.remaining() > 0) {
      byte found = list.readByte();
      if (found != SEPARATOR || list.remaining() == 0) {
        throw new CorruptStateException(
            "not a list: expected a separator and an element, found=%02x, remaining=%d"
                .formatted(found, list.remaining()));
      }
    }
  }
}
