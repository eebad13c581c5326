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
  private static final int VAR_INT_BYTES_MAX = 5;
  private static final int VAR_LONG_BYTES_MAX = 10;
  private static final int UTF8_BYTES_PER_CHAR_MAX = 3;

  /** For strings up to this length in chars, the UTF-8 bytes are not counted before writing. */
  private static final int UTF8_RESERVED_CHARS_MAX = 1 << 12;

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

  /**
   * Makes room for bytes that the caller writes into {@link #array()}.
   *
   * @param length the number of bytes, 0 or more
   * @return the index of the first one
   */
  public int advance(long length) {
    int at = position;
    if (length > bytes.length - at) {
      grow(length);
    }
    position = at + (int) length;
    return at;
  }

  private void grow(long length) {
    long needed = position + length;
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
    int at = position;
    if (at == bytes.length) {
      grow(Byte.BYTES);
    }
    bytes[at] = (byte) value;
    position = at + 1;
  }

  /**
   * Writes a boolean as one byte, 0 or 1.
   *
   * @param value the value to append
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
    int at = position;
    if (at > bytes.length - Short.BYTES) {
      grow(Short.BYTES);
    }
    SHORT.set(bytes, at, (short) value);
    position = at + Short.BYTES;
  }

  /**
   * Writes 4 bytes.
   *
   * @param value the value to append
   */
  public void writeInt(int value) {
    int at = position;
    if (at > bytes.length - Integer.BYTES) {
      grow(Integer.BYTES);
    }
    INT.set(bytes, at, value);
    position = at + Integer.BYTES;
  }

  /**
   * Writes 8 bytes.
   *
   * @param value the value to append
   */
  public void writeLong(long value) {
    int at = position;
    if (at > bytes.length - Long.BYTES) {
      grow(Long.BYTES);
    }
    LONG.set(bytes, at, value);
    position = at + Long.BYTES;
  }

  /**
   * Writes a float as the 4 bytes of {@link Float#floatToIntBits}.
   *
   * @param value the value to append
   */
  public void writeFloat(float value) {
    writeInt(Float.floatToIntBits(value));
  }

  /**
   * Writes a double as the 8 bytes of {@link Double#doubleToLongBits}.
   *
   * @param value the value to append
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
    reserve(VAR_INT_BYTES_MAX);
    position = putVarInt(value, bytes, position);
  }

  private static int putVarInt(int value, byte[] target, int from) {
    if (value >>> 7 == 0) {
      target[from] = (byte) value;
      return from + 1;
    }
    if (value >>> 14 == 0) {
      target[from + 1] = (byte) (value >>> 7);
      target[from] = (byte) (value | 0x80);
      return from + 2;
    }
    int at = from;
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      target[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[at++] = (byte) rest;
    return at;
  }

  /**
   * Writes a long, taken as unsigned, in 1 to 10 bytes of 7 bits each, lowest first (LEB128).
   *
   * @param value the value; negative ones take 10 bytes
   */
  public void writeVarLong(long value) {
    reserve(VAR_LONG_BYTES_MAX);
    byte[] target = bytes;
    int at = position;
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      target[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[at++] = (byte) rest;
    position = at;
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
    int asciiLength = writeAscii(value, length);
    if (asciiLength < length) {
      writeUtf8(value, start, asciiLength);
    }
  }

  /**
   * Ends what {@link #writeString} began: the number of chars is written at {@code start}, and
   * after it those that are ASCII.
   */
  private void writeUtf8(String value, int start, int asciiLength) {
    int restLength = value.length() - asciiLength;
    reserve(
        VAR_INT_BYTES_MAX
            + (restLength <= UTF8_RESERVED_CHARS_MAX
                ? asciiLength + UTF8_BYTES_PER_CHAR_MAX * restLength
                : utf8Length(value, asciiLength, value.length())));
    int from = position;
    int utf8Length = putUtf8(value, asciiLength, bytes, from + asciiLength) - from;
    int to = start + varIntLength(utf8Length);
    if (to != from) {
      // The number of bytes takes more bytes than the number of chars.
      System.arraycopy(bytes, from, bytes, to, utf8Length);
    }
    putVarInt(utf8Length, bytes, start);
    position = to + utf8Length;
  }

  private static int varIntLength(int value) {
    return (Integer.SIZE - Integer.numberOfLeadingZeros(value | 1) + 6) / 7;
  }

  /** Counts the bytes of the rest of a string. One byte for each char is counted already. */
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

  /** Writes the chars before the first one that is not ASCII; returns their number. */
  private int writeAscii(String value, int length) {
    byte[] target = bytes;
    int at = position;
    int count = 0;
    while (count < length) {
      char c = value.charAt(count);
      if (c >= 0x80) {
        return count;
      }
      target[at + count] = (byte) c;
      count++;
    }
    position = at + length;
    return length;
  }

  /** Writes the rest of a string; returns the index after it. */
  private static int putUtf8(String value, int from, byte[] target, int targetFrom) {
    int length = value.length();
    int at = targetFrom;
    for (int i = from; i < length; i++) {
      char c = value.charAt(i);
      if (c < 0x80) {
        target[at++] = (byte) c;
      } else if (c < 0x800) {
        target[at] = (byte) (0xc0 | c >> 6);
        target[at + 1] = (byte) (0x80 | (c & 0x3f));
        at += 2;
      } else if (isPair(value, i)) {
        int codePoint = Character.toCodePoint(c, value.charAt(++i));
        target[at] = (byte) (0xf0 | codePoint >> 18);
        target[at + 1] = (byte) (0x80 | (codePoint >> 12 & 0x3f));
        target[at + 2] = (byte) (0x80 | (codePoint >> 6 & 0x3f));
        target[at + 3] = (byte) (0x80 | (codePoint & 0x3f));
        at += 4;
      } else {
        target[at] = (byte) (0xe0 | c >> 12);
        target[at + 1] = (byte) (0x80 | (c >> 6 & 0x3f));
        target[at + 2] = (byte) (0x80 | (c & 0x3f));
        at += 3;
      }
    }
    return at;
  }
}
