// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A window on a byte array that serializers read from: the counterpart of {@link BinaryOutput}.
 *
 * <p>Not thread-safe. Meant to be reused by {@link #reset}. Reading past the end of the window, or
 * a form that no writer produces, throws {@link CorruptStateException}; a length read from the
 * bytes is checked against the rest of the window before anything of that length is allocated.
 */
public final class BinaryInput {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** The top bit of each of eight bytes. */
  private static final long TOP_BITS = 0x8080808080808080L;

  /** The JDK's decoder replaces bytes that are not UTF-8 by this character. */
  private static final char REPLACEMENT = '\uFFFD';

  /** Strings up to this length in bytes are decoded into a reused buffer. */
  private static final int KEPT_CHARS = 256;

  private static final byte[] EMPTY = {};
  private static final char[] NO_CHARS = {};

  /** Created on first use. */
  private char[] chars = NO_CHARS;

  private byte[] bytes = EMPTY;
  private int position;
  private int limit;

  /** Creates an input of no bytes. */
  public BinaryInput() {}

  /**
   * Creates an input over a whole array, which is not copied.
   *
   * @param bytes the array
   */
  public BinaryInput(byte[] bytes) {
    this.bytes = bytes;
    this.limit = bytes.length;
  }

  /**
   * Moves the window.
   *
   * @param bytes the array, not copied
   * @param from the first byte of the window
   * @param to the end of the window, exclusive
   * @throws IndexOutOfBoundsException if the window does not lie in the array
   */
  public void reset(byte[] bytes, int from, int to) {
    if (from < 0 || to < from || to > bytes.length) {
      throw new IndexOutOfBoundsException(
          "window out of bounds: from=" + from + ", to=" + to + ", length=" + bytes.length);
    }
    this.bytes = bytes;
    this.position = from;
    this.limit = to;
  }

  /**
   * Returns the array under the window. It is not a copy.
   *
   * @return the array; the unread bytes are those from {@link #position()} to {@link #limit()}
   */
  public byte[] array() {
    return bytes;
  }

  /**
   * Returns the index of the next byte in {@link #array()}.
   *
   * @return the position
   */
  public int position() {
    return position;
  }

  /**
   * Returns the end of the window in {@link #array()}.
   *
   * @return the limit, exclusive
   */
  public int limit() {
    return limit;
  }

  /**
   * Returns the number of unread bytes.
   *
   * @return 0 or more
   */
  public int remaining() {
    return limit - position;
  }

  /**
   * Skips bytes.
   *
   * @param length the number of bytes, 0 or more
   * @throws CorruptStateException if fewer remain
   */
  public void skip(int length) {
    require(length);
    position += length;
  }

  private void require(int length) {
    if (length < 0 || length > limit - position) {
      throw cutShort(length);
    }
  }

  private CorruptStateException cutShort(int needed) {
    return new CorruptStateException(
        "serialized form is cut short: needed=" + needed + " bytes, remaining=" + remaining());
  }

  /**
   * Reads one byte.
   *
   * @return the byte, signed
   * @throws CorruptStateException if none remains
   */
  public byte readByte() {
    int at = position;
    if (at > limit - Byte.BYTES) {
      throw cutShort(Byte.BYTES);
    }
    position = at + 1;
    return bytes[at];
  }

  /**
   * Reads a boolean.
   *
   * @return the value
   * @throws CorruptStateException if no byte remains or it is neither 0 nor 1
   */
  public boolean readBoolean() {
    int at = position;
    if (at >= limit) {
      throw cutShort(Byte.BYTES);
    }
    byte value = bytes[at];
    position = at + 1;
    if ((value & ~1) != 0) {
      throw notBoolean(value);
    }
    return value != 0;
  }

  private static CorruptStateException notBoolean(byte value) {
    return new CorruptStateException("not a boolean: expected=0 or 1, actual=" + value);
  }

  /**
   * Reads 2 bytes.
   *
   * @return the value, signed
   * @throws CorruptStateException if fewer remain
   */
  public short readShort() {
    int at = position;
    if (at > limit - Short.BYTES) {
      throw cutShort(Short.BYTES);
    }
    position = at + Short.BYTES;
    return (short) SHORT.get(bytes, at);
  }

  /**
   * Reads 4 bytes.
   *
   * @return the value
   * @throws CorruptStateException if fewer remain
   */
  public int readInt() {
    int at = position;
    if (at > limit - Integer.BYTES) {
      throw cutShort(Integer.BYTES);
    }
    position = at + Integer.BYTES;
    return (int) INT.get(bytes, at);
  }

  /**
   * Reads 8 bytes.
   *
   * @return the value
   * @throws CorruptStateException if fewer remain
   */
  public long readLong() {
    int at = position;
    if (at > limit - Long.BYTES) {
      throw cutShort(Long.BYTES);
    }
    position = at + Long.BYTES;
    return (long) LONG.get(bytes, at);
  }

  /**
   * Reads a float.
   *
   * @return the value
   * @throws CorruptStateException if fewer than 4 bytes remain
   */
  public float readFloat() {
    return Float.intBitsToFloat(readInt());
  }

  /**
   * Reads a double.
   *
   * @return the value
   * @throws CorruptStateException if fewer than 8 bytes remain
   */
  public double readDouble() {
    return Double.longBitsToDouble(readLong());
  }

  /**
   * Reads what {@link BinaryOutput#writeVarInt} wrote.
   *
   * @return the value
   * @throws CorruptStateException if the form is cut short or longer than 32 bits
   */
  public int readVarInt() {
    int value = readByte();
    if (value >= 0) {
      return value;
    }
    value &= 0x7f;
    for (int shift = 7; shift < 35; shift += 7) {
      byte b = readByte();
      if (shift == 28 && (b & 0xf0) != 0) {
        break;
      }
      value |= (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new CorruptStateException("variable-length int has more than 32 bits");
  }

  /**
   * Reads what {@link BinaryOutput#writeVarLong} wrote.
   *
   * @return the value
   * @throws CorruptStateException if the form is cut short or longer than 64 bits
   */
  public long readVarLong() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      byte b = readByte();
      if (shift == 63 && (b & 0xfe) != 0) {
        break;
      }
      value |= (b & 0x7fL) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw new CorruptStateException("variable-length long has more than 64 bits");
  }

  /**
   * Reads a length or count that {@link BinaryOutput#writeVarInt} wrote. Each of the things counted
   * takes at least one byte of the rest of the window.
   *
   * @return the length, 0 to {@link #remaining()}
   * @throws CorruptStateException if the value is negative or more than what remains
   */
  public int readLength() {
    int length = readVarInt();
    if (length < 0 || length > remaining()) {
      throw new CorruptStateException(
          "length exceeds the serialized form: length="
              + Integer.toUnsignedString(length)
              + ", remaining="
              + remaining());
    }
    return length;
  }

  /**
   * Reads bytes into a new array.
   *
   * @param length the number of bytes, 0 or more
   * @return a new array
   * @throws CorruptStateException if fewer remain
   */
  public byte[] readBytes(int length) {
    require(length);
    byte[] result = Arrays.copyOfRange(bytes, position, position + length);
    position += length;
    return result;
  }

  /**
   * Reads what {@link BinaryOutput#writeString} wrote.
   *
   * @return the string
   * @throws CorruptStateException if the form is cut short or not what a writer produces
   */
  public String readString() {
    int length = readLength();
    int from = position;
    int to = from + length;
    position = to;
    int asciiEnd = asciiEnd(from, to);
    return asciiEnd == to
        ? new String(bytes, from, length, StandardCharsets.ISO_8859_1)
        : readUtf8(from, asciiEnd, to);
  }

  /**
   * Returns an index below which all bytes are ASCII: the end, or shortly before the first other
   * byte.
   */
  private int asciiEnd(int from, int to) {
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      if (((long) LONG.get(bytes, at) & TOP_BITS) != 0) {
        return at;
      }
    }
    int seen = 0;
    for (int i = at; i < to; i++) {
      seen |= bytes[i];
    }
    return seen >= 0 ? to : at;
  }

  private String readUtf8(int from, int asciiEnd, int to) {
    int length = to - from;
    if (length <= KEPT_CHARS) {
      if (chars.length == 0) {
        chars = new char[KEPT_CHARS];
      }
      return new String(chars, 0, decode(from, asciiEnd, to, chars));
    }
    String decoded = new String(bytes, from, length, StandardCharsets.UTF_8);
    // The JDK's decoder does not report bytes that are not UTF-8, and it refuses half a pair.
    if (decoded.indexOf(REPLACEMENT) < 0) {
      return decoded;
    }
    char[] all = new char[length];
    return new String(all, 0, decode(from, asciiEnd, to, all));
  }

  /** Decodes bytes and returns the number of chars, which is at most the number of bytes. */
  private int decode(int from, int asciiEnd, int to, char[] target) {
    byte[] source = bytes;
    int count = 0;
    int at = from;
    while (at < asciiEnd) {
      target[count++] = (char) source[at++];
    }
    while (true) {
      // Most others are ASCII too: a loop of their own.
      while (at < to && source[at] >= 0) {
        target[count++] = (char) source[at++];
      }
      if (at == to) {
        return count;
      }
      int lead = source[at];
      if (lead >> 5 == -2 && to - at > 1) {
        int value = (lead & 0x1f) << 6 | continuation(source[at + 1]);
        checkShortest(value, 0x80);
        target[count++] = (char) value;
        at += 2;
      } else if (lead >> 4 == -2 && to - at > 2) {
        int value =
            (lead & 0xf) << 12 | continuation(source[at + 1]) << 6 | continuation(source[at + 2]);
        checkShortest(value, 0x800);
        target[count++] = (char) value;
        at += 3;
      } else {
        count += Character.toChars(readFourBytes(source, at, to), target, count);
        at += 4;
      }
    }
  }

  /** Decodes a char of four bytes, the longest form. */
  private static int readFourBytes(byte[] source, int at, int to) {
    int lead = source[at];
    if (lead >> 6 == -2 || lead >> 3 == -1) {
      throw new CorruptStateException("not a UTF-8 lead byte in a string: " + (lead & 0xff));
    }
    if (to - at < 4) {
      throw cutShortInString();
    }
    int value =
        (lead & 7) << 18
            | continuation(source[at + 1]) << 12
            | continuation(source[at + 2]) << 6
            | continuation(source[at + 3]);
    checkShortest(value, 0x10000);
    if (value > Character.MAX_CODE_POINT) {
      throw new CorruptStateException("not a code point in a string: " + value);
    }
    return value;
  }

  private static int continuation(byte source) {
    if (source >> 6 != -2) {
      throw cutShortInString();
    }
    return source & 0x3f;
  }

  private static CorruptStateException cutShortInString() {
    return new CorruptStateException("UTF-8 sequence is cut short in a string");
  }

  private static void checkShortest(int value, int min) {
    if (value < min) {
      throw new CorruptStateException("UTF-8 sequence is not the shortest in a string: " + value);
    }
  }
}
