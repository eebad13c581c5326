// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A growing byte array that serializers write to; all numbers are big-endian.
 *
 * <p>Not thread-safe. Meant to be reused: {@link #reset()} keeps the array. Grows to 2 GiB at most,
 * beyond that every write throws {@link IllegalStateException}.
 */
public final class BinaryOutput {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int SIZE_BYTES_MAX = Integer.MAX_VALUE - 8;

  private byte[] bytes;
  private int position;

  /** Creates an empty output with room for 64 bytes. */
  public BinaryOutput() {
    this(64);
  }

  /**
   * Creates an empty output.
   *
   * @param capacity the number of bytes that fit before the array grows, 0 or more
   */
  public BinaryOutput(int capacity) {
    bytes = new byte[capacity];
  }

  /**
   * Returns the array that is written to. It is not a copy, and a later write may replace it.
   *
   * @return the array; the bytes written are those from 0 to {@link #position()}
   */
  public byte[] array() {
    return bytes;
  }

  /**
   * Returns the number of bytes written.
   *
   * @return 0 or more
   */
  public int position() {
    return position;
  }

  /**
   * Forgets what was written at and after a position.
   *
   * @param position the new position, 0 to {@link #position()}
   * @throws IllegalArgumentException if the position is out of its range
   */
  public void truncate(int position) {
    if (position < 0 || position > this.position) {
      throw new IllegalArgumentException(
          "cannot truncate to " + position + ", position=" + this.position);
    }
    this.position = position;
  }

  /** Forgets everything written and keeps the array. */
  public void reset() {
    position = 0;
  }

  /**
   * Returns a copy of what was written.
   *
   * @return a new array of {@link #position()} bytes
   */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, position);
  }

  /**
   * Makes room, so that the next writes do not grow the array.
   *
   * @param length the number of bytes to make room for, 0 or more
   * @throws IllegalStateException if the output would exceed 2 GiB
   */
  public void reserve(int length) {
    if (length > bytes.length - position) {
      grow(length);
    }
  }

  private void grow(int length) {
    long needed = (long) position + length;
    if (needed > SIZE_BYTES_MAX) {
      throw new IllegalStateException(
          "a serialized form must fit in 2 GiB: position=" + position + ", length=" + length);
    }
    long doubled = Math.max(64, 2L * bytes.length);
    bytes = Arrays.copyOf(bytes, (int) Math.min(SIZE_BYTES_MAX, Math.max(needed, doubled)));
  }

  /**
   * Writes one byte.
   *
   * @param value the byte in the low 8 bits
   */
  public void writeByte(int value) {
    reserve(Byte.BYTES);
    bytes[position++] = (byte) value;
  }

  /**
   * Writes a boolean as one byte, 0 or 1.
   *
   * @param value the value
   */
  public void writeBoolean(boolean value) {
    writeByte(value ? 1 : 0);
  }

  /**
   * Writes 2 bytes.
   *
   * @param value the value in the low 16 bits
   */
  public void writeShort(int value) {
    reserve(Short.BYTES);
    SHORT.set(bytes, position, (short) value);
    position += Short.BYTES;
  }

  /**
   * Writes 4 bytes.
   *
   * @param value the value
   */
  public void writeInt(int value) {
    reserve(Integer.BYTES);
    INT.set(bytes, position, value);
    position += Integer.BYTES;
  }

  /**
   * Writes 8 bytes.
   *
   * @param value the value
   */
  public void writeLong(long value) {
    reserve(Long.BYTES);
    LONG.set(bytes, position, value);
    position += Long.BYTES;
  }

  /**
   * Writes a float as the 4 bytes of {@link Float#floatToIntBits}.
   *
   * @param value the value
   */
  public void writeFloat(float value) {
    writeInt(Float.floatToIntBits(value));
  }

  /**
   * Writes a double as the 8 bytes of {@link Double#doubleToLongBits}.
   *
   * @param value the value
   */
  public void writeDouble(double value) {
    writeLong(Double.doubleToLongBits(value));
  }

  /**
   * Writes an int, taken as unsigned, in 1 to 5 bytes of 7 bits each, lowest first (LEB128).
   *
   * @param value the value; negative ones take 5 bytes
   */
  public void writeVarInt(int value) {
    reserve(5);
    while ((value & ~0x7f) != 0) {
      bytes[position++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    bytes[position++] = (byte) value;
  }

  /**
   * Writes a long, taken as unsigned, in 1 to 10 bytes of 7 bits each, lowest first (LEB128).
   *
   * @param value the value; negative ones take 10 bytes
   */
  public void writeVarLong(long value) {
    reserve(10);
    while ((value & ~0x7fL) != 0) {
      bytes[position++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    bytes[position++] = (byte) value;
  }

  /**
   * Writes bytes as they are.
   *
   * @param source the array to copy from
   * @param offset the first byte to copy
   * @param length the number of bytes, 0 or more
   * @throws IndexOutOfBoundsException if offset and length do not lie in the array
   */
  public void write(byte[] source, int offset, int length) {
    reserve(length);
    System.arraycopy(source, offset, bytes, position, length);
    position += length;
  }

  /**
   * Writes a string as the number of its UTF-8 bytes ({@link #writeVarInt}) and these bytes.
   * Unpaired surrogates, which UTF-8 cannot express, are written in their three-byte form, so that
   * every string is read back as it was.
   *
   * @param value the string
   */
  public void writeString(String value) {
    int length = value.length();
    int start = position;
    writeVarInt(length);
    reserve(length);
    int notAscii = writeAscii(value, length);
    if (notAscii < length) {
      // The length is another one, and may take more bytes: start again.
      position = start;
      int utf8Length = utf8Length(value, notAscii, length);
      writeVarInt(utf8Length);
      reserve(utf8Length);
      writeUtf8(value, length);
    }
  }

  /** Counts the bytes of the rest of a string, of which one byte a char is counted already. */
  private static int utf8Length(String value, int from, int counted) {
    long total = counted;
    for (int i = from; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c >= 0x800) {
        total += 2;
        // A pair is two chars and four bytes: two were counted, two are added by its first half.
        if (isPair(value, i)) {
          i++;
        }
      } else if (c >= 0x80) {
        total += 1;
      }
    }
    if (total > SIZE_BYTES_MAX) {
      throw new IllegalStateException(
          "a serialized form must fit in 2 GiB: stringLength=" + value.length());
    }
    return (int) total;
  }

  private static boolean isPair(String value, int i) {
    return Character.isHighSurrogate(value.charAt(i))
        && i + 1 < value.length()
        && Character.isLowSurrogate(value.charAt(i + 1));
  }

  /** Writes chars that are all ASCII; if some are not, returns the index of the first one. */
  private int writeAscii(String value, int length) {
    byte[] target = bytes;
    int at = position;
    int seen = 0;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      target[at + i] = (byte) c;
      seen |= c;
    }
    if (seen < 0x80) {
      position = at + length;
      return length;
    }
    int first = 0;
    while (value.charAt(first) < 0x80) {
      first++;
    }
    return first;
  }

  private void writeUtf8(String value, int length) {
    byte[] target = bytes;
    int at = position;
    for (int i = 0; i < length; i++) {
      char c = value.charAt(i);
      if (c < 0x80) {
        target[at++] = (byte) c;
      } else if (c < 0x800) {
        target[at++] = (byte) (0xc0 | c >> 6);
        target[at++] = (byte) (0x80 | (c & 0x3f));
      } else if (isPair(value, i)) {
        int codePoint = Character.toCodePoint(c, value.charAt(++i));
        target[at++] = (byte) (0xf0 | codePoint >> 18);
        target[at++] = (byte) (0x80 | (codePoint >> 12 & 0x3f));
        target[at++] = (byte) (0x80 | (codePoint >> 6 & 0x3f));
        target[at++] = (byte) (0x80 | (codePoint & 0x3f));
      } else {
        target[at++] = (byte) (0xe0 | c >> 12);
        target[at++] = (byte) (0x80 | (c >> 6 & 0x3f));
        target[at++] = (byte) (0x80 | (c & 0x3f));
      }
    }
    position = at;
  }
}
