// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.spi.EntryCursor;
import org.apache.flink.runtime.state.CompositeKeySerializationUtils;

/**
 * How the key of an entry is laid out in Flink's canonical form.
 *
 * <pre>
 * keyGroup, 1 byte for up to 128 key groups, otherwise 2
 * key [its length, if both are of variable length]
 * namespace [its length, if both are of variable length]
 * user key, in maps
 * </pre>
 *
 * <p>A length is written in as many bytes as it needs, the lowest first, without an end. Immutable.
 *
 * @param prefixLength how many bytes the key group takes
 * @param isVoid whether there are no namespaces; there is a byte of 0 then
 * @param isAmbiguous whether lengths are written
 */
record KeyLayout(int prefixLength, boolean isVoid, boolean isAmbiguous) {

  /** Returns the layout of a state. */
  static KeyLayout of(Wrapped<?> keys, Wrapped<?> namespaces, int maxParallelism) {
    return new KeyLayout(
        CompositeKeySerializationUtils.computeRequiredBytesInKeyGroupPrefix(maxParallelism),
        namespaces instanceof Wrapped.OfVoidNamespace,
        CompositeKeySerializationUtils.isAmbiguousKeyPossible(keys.flink(), namespaces.flink()));
  }

  static void writeKeyGroup(int keyGroup, int prefixLength, BinaryOutput out) {
    if (prefixLength > 1) {
      out.writeShort(keyGroup);
    } else {
      out.writeByte(keyGroup);
    }
  }

  /** Writes all but the user key. */
  void write(int keyGroup, EntryCursor entry, BinaryOutput out) {
    writeKeyGroup(keyGroup, prefixLength, out);
    int start = out.position();
    entry.writeKey(out);
    writeLength(start, out);
    start = out.position();
    if (isVoid) {
      out.writeByte(0);
    } else {
      entry.writeNamespace(out);
    }
    writeLength(start, out);
  }

  private void writeLength(int start, BinaryOutput out) {
    if (isAmbiguous) {
      int left = out.position() - start;
      do {
        out.writeByte(left);
        left >>>= Byte.SIZE;
      } while (left != 0);
    }
  }

  /** Reads the length of what was read from a place on, and compares it. */
  void skipLength(int start, BinaryInput in) {
    if (isAmbiguous) {
      int length = in.position() - start;
      int left = length;
      do {
        if (in.readByte() != (byte) left) {
          throw new CorruptStateException(
              "key of an entry is damaged: length of its part="
                  + length
                  + " is not what is stored");
        }
        left >>>= Byte.SIZE;
      } while (left != 0);
    }
  }
}
