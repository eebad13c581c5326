// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;

/**
 * Units of a segment in ascending order, as the differences from one to the next: about a byte for
 * each.
 *
 * <pre>
 * unitList := end:varint difference:varint*     the list tells about the units below the end
 * </pre>
 */
final class UnitList {
  private final BinaryOutput out = new BinaryOutput();
  private int last;
  private int count;

  /** Begins a list about the units below an end. */
  void begin(int end) {
    out.reset();
    out.writeVarInt(end);
    last = 0;
    count = 0;
  }

  void add(int unit) {
    out.writeVarInt(unit - last);
    last = unit;
    count++;
  }

  /** Adds the units that are set in bits, and not in others. */
  void addAll(long[] bits, long[] others) {
    for (int i = 0; i < bits.length; i++) {
      long word = bits[i] & ~(i < others.length ? others[i] : 0);
      while (word != 0) {
        add(i * Long.SIZE + Long.numberOfTrailingZeros(word));
        word &= word - 1;
      }
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  BinaryOutput bytes() {
    return out;
  }

  /**
   * Reads the end of a list.
   *
   * @throws CorruptStateException if it is beyond the end of the segment
   */
  static int readEnd(BinaryInput in, int segmentEnd) {
    int end = in.readVarInt();
    if (end < 0 || end > segmentEnd) {
      throw new CorruptStateException(
          "list of units is of a longer segment: end=%d, segment=%d".formatted(end, segmentEnd));
    }
    return end;
  }

  /**
   * Reads the units of a list whose end was read.
   *
   * @param bits where they are set, or cleared
   * @throws CorruptStateException if one is not below the end
   */
  static void read(BinaryInput in, int end, long[] bits, boolean set) {
    long unit = 0;
    while (in.remaining() > 0) {
      unit += Integer.toUnsignedLong(in.readVarInt());
      if (unit >= end) {
        throw new CorruptStateException(
            "unit is beyond the end of its list: unit=%d, end=%d".formatted(unit, end));
      }
      if (set) {
        LiveUnits.set(bits, (int) unit);
      } else {
        LiveUnits.clear(bits, (int) unit);
      }
    }
  }
}
