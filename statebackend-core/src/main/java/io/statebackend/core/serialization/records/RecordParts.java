// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is done with one component of a record: the pieces that {@link RecordHandles} joins. */
public final class RecordParts {
  private RecordParts() {}

  /**
   * Returns the length of parts that are never null one after the other, or {@link
   * TypeSerializer#VARIABLE_LENGTH} if it varies or is no int: parts may stand in parts very often.
   */
  public static int fixedLength(List<TypeSerializer<?>> parts) {
    long length = 0;
    for (TypeSerializer<?> part : parts) {
      int partLength = part.fixedLength();
      length += partLength;
      if (partLength == TypeSerializer.VARIABLE_LENGTH || length > Integer.MAX_VALUE) {
        return TypeSerializer.VARIABLE_LENGTH;
      }
    }
    return (int) length;
  }

  static void writePart(
      TypeSerializer<Object> serializer,
      int nullBit,
      @Nullable Object part,
      BinaryOutput out,
      int nullsAt) {
    if (part != null) {
      serializer.serialize(part, out);
    } else {
      setNull(nullBit, out, nullsAt);
    }
  }

  /** Sets a null bit. */
  public static void setNull(int nullBit, BinaryOutput out, int nullsAt) {
    out.array()[nullsAt + (nullBit >> 3)] |= (byte) (1 << (nullBit & 7));
  }

  static @Nullable Object readPart(
      TypeSerializer<Object> serializer, int nullBit, BinaryInput in, int nullsAt) {
    return isNull(nullBit, in, nullsAt) ? null : serializer.deserialize(in);
  }

  /** Tells whether a null bit is set. */
  public static boolean isNull(int nullBit, BinaryInput in, int nullsAt) {
    return (in.array()[nullsAt + (nullBit >> 3)] >> (nullBit & 7) & 1) != 0;
  }

  static @Nullable Object copyPart(TypeSerializer<Object> serializer, @Nullable Object part) {
    return part == null ? null : serializer.copy(part);
  }

  static boolean equalParts(
      TypeSerializer<Object> serializer, @Nullable Object a, @Nullable Object b) {
    return (a == null || b == null) ? a == b : serializer.equal(a, b);
  }

  static boolean equalBooleans(boolean a, boolean b) {
    return a == b;
  }

  static boolean equalLongs(long a, long b) {
    return a == b;
  }

  /** Compares as the bytes do: all NaNs are one value, 0.0 and -0.0 are two. */
  static boolean equalDoubles(double a, double b) {
    return Double.doubleToLongBits(a) == Double.doubleToLongBits(b);
  }
}
