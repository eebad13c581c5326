// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.List;

/**
 * A serialized value whose end can be found without understanding it.
 *
 * <pre>
 * field := bytes                  if the type has a fixed length
 *        | length:varint bytes    otherwise
 * </pre>
 *
 * <p>Pages of lists and maps ({@link EntryCursor}) and the entries of portable snapshots consist of
 * fields.
 */
public final class Field {
  private Field() {}

  /**
   * Writes a value as a field.
   *
   * @param serializer the serializer of the value
   * @param value the value, not {@code null}
   * @param out receives the bytes
   * @param <T> the type of the value
   * @throws IllegalStateException if the serializer has a fixed length and wrote another
   */
  public static <T> void write(TypeSerializer<T> serializer, T value, BinaryOutput out) {
    int start = begin(serializer.fixedLength(), out);
    serializer.serialize(value, out);
    end(serializer.fixedLength(), start, out);
  }

  /**
   * Writes the bytes of a value as a field.
   *
   * @param fixedLength the fixed length of the type, or {@link TypeSerializer#VARIABLE_LENGTH}
   * @param source where the bytes are, as the serializer of the value wrote them
   * @param offset the first of them
   * @param length their number
   * @param out receives the bytes
   * @throws IllegalStateException if the type has a fixed length and this is another
   */
  public static void writeBytes(
      int fixedLength, byte[] source, int offset, int length, BinaryOutput out) {
    if (fixedLength < 0) {
      out.writeVarInt(length);
    } else {
      checkLength(fixedLength, length);
    }
    out.write(source, offset, length);
  }

  /**
   * Begins a field whose bytes are written next.
   *
   * @param fixedLength the fixed length of the type, or {@link TypeSerializer#VARIABLE_LENGTH}
   * @param out receives the bytes
   * @return the value to pass to {@link #end}
   */
  public static int begin(int fixedLength, BinaryOutput out) {
    if (fixedLength < 0) {
      out.writeByte(0);
    }
    return out.position();
  }

  /**
   * Ends a field. Lengths of 128 bytes and more move the bytes by up to four places.
   *
   * @param fixedLength the fixed length of the type, or {@link TypeSerializer#VARIABLE_LENGTH}
   * @param start what {@link #begin} returned
   * @param out receives the bytes
   * @throws IllegalStateException if the type has a fixed length and another was written
   */
  public static void end(int fixedLength, int start, BinaryOutput out) {
    int length = out.position() - start;
    if (fixedLength >= 0) {
      checkLength(fixedLength, length);
    } else if (length < 0x80) {
      out.array()[start - 1] = (byte) length;
    } else {
      insertLength(start, length, out);
    }
  }

  private static void checkLength(int fixedLength, int length) {
    if (length != fixedLength) {
      throw new IllegalStateException(
          "serializer wrote another length than it declared: fixedLength="
              + fixedLength
              + ", written="
              + length);
    }
  }

  private static void insertLength(int start, int length, BinaryOutput out) {
    int lengthBytes = (38 - Integer.numberOfLeadingZeros(length)) / 7;
    out.reserve(lengthBytes - 1);
    System.arraycopy(out.array(), start, out.array(), start + lengthBytes - 1, length);
    out.truncate(start - 1);
    out.writeVarInt(length);
    // The moved bytes follow; writing them onto themselves only advances the position.
    out.write(out.array(), out.position(), length);
  }

  /**
   * Reads a field.
   *
   * @param serializer the serializer of the value
   * @param in the input, at the first byte of the field
   * @param <T> the type of the value
   * @return the value
   * @throws CorruptStateException if the field is cut short, or the serializer did not read exactly
   *     its bytes
   */
  public static <T> T read(TypeSerializer<T> serializer, BinaryInput in) {
    int fixedLength = serializer.fixedLength();
    int length = length(fixedLength, in);
    int start = in.position();
    T value = serializer.deserialize(in);
    if (in.position() - start != length) {
      throw new CorruptStateException(
          "serializer read another length than was written: type="
              + serializer.schema()
              + ", written="
              + length
              + ", read="
              + (in.position() - start));
    }
    return value;
  }

  /**
   * Reads fields to the end of an input, such as the elements of a page.
   *
   * @param serializer the serializer of the values
   * @param in the input, at the first byte of the field
   * @param <T> the type of the values
   * @return the values in order
   * @throws CorruptStateException if a field is cut short, or the serializer did not read exactly
   *     its bytes
   */
  public static <T> List<T> readAll(TypeSerializer<T> serializer, BinaryInput in) {
    List<T> values = new ArrayList<>();
    while (in.remaining() > 0) {
      values.add(read(serializer, in));
    }
    return values;
  }

  /**
   * Reads the length of a field whose bytes come next.
   *
   * @param fixedLength the fixed length of the type, or {@link TypeSerializer#VARIABLE_LENGTH}
   * @param in the input, at the first byte of the field
   * @return the number of bytes of the value, all of which remain in the input
   * @throws CorruptStateException if the field is cut short
   */
  public static int length(int fixedLength, BinaryInput in) {
    if (fixedLength < 0) {
      return in.readLength();
    }
    if (fixedLength > in.remaining()) {
      throw new CorruptStateException(
          "field is cut short: length=" + fixedLength + ", remaining=" + in.remaining());
    }
    return fixedLength;
  }
}
