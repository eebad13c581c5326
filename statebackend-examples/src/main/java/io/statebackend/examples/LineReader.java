// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads UTF-8 text line by line and knows at which byte it is. A line that is too long to be kept
 * is cut at a blank. Malformed bytes read as U+FFFD, which belongs to no word.
 */
final class LineReader implements AutoCloseable {
  private static final int LENGTH_BYTES_MAX = 1 << 20;
  private static final int LENGTH_BYTES_START = 1 << 16;

  private final InputStream in;
  private byte[] buffer = new byte[LENGTH_BYTES_START];
  private int start;
  private int end;
  private long offset;

  private LineReader(InputStream in, long offset) {
    this.in = in;
    this.offset = offset;
  }

  /**
   * Begins to read at a byte, which must be the first of a line.
   *
   * @param in the text from its beginning; owned from now on
   * @throws java.io.EOFException if the text is shorter
   */
  static LineReader open(InputStream in, long offset) throws IOException {
    try {
      in.skipNBytes(offset);
    } catch (IOException e) {
      in.close();
      throw e;
    }
    return new LineReader(in, offset);
  }

  /** Returns the number of the byte after the last line returned. */
  long offset() {
    return offset;
  }

  /**
   * Returns the next line.
   *
   * @return the line without its end, or {@code null} at the end of the text
   * @throws IOException if reading fails, or a megabyte without line end and blank is no text
   */
  @Nullable String next() throws IOException {
    int searched = start;
    while (true) {
      int lineEnd = lineEnd(searched);
      if (lineEnd > 0) {
        return take(lineEnd);
      }
      if (end - start >= LENGTH_BYTES_MAX) {
        return take(afterLastBlank());
      }
      int unread = end - start;
      if (!fill()) {
        return unread == 0 ? null : take(end);
      }
      searched = start + unread;
    }
  }

  /** Tells whether the next line is here whole, so that {@link #next} need not read. */
  boolean hasLine() {
    return lineEnd(start) > 0;
  }

  /** Returns the place after the next line end, or 0 if there is none in the buffer. */
  private int lineEnd(int from) {
    for (int at = from; at < end; at++) {
      if (buffer[at] == '\n') {
        return at + 1;
      }
    }
    return 0;
  }

  private String take(int to) {
    String line = new String(buffer, start, to - start, StandardCharsets.UTF_8);
    offset += to - start;
    start = to;
    return line;
  }

  private int afterLastBlank() throws IOException {
    for (int at = end - 1; at >= start; at--) {
      if (buffer[at] >= 0 && buffer[at] <= ' ') {
        return at + 1;
      }
    }
    throw new IOException(
        "not a text: neither line end nor blank in the %d bytes after byte %d"
            .formatted(end - start, offset));
  }

  /** Reads more bytes; moves those not yet taken to the front, in a larger buffer if necessary. */
  private boolean fill() throws IOException {
    int unread = end - start;
    byte[] target =
        unread < buffer.length
            ? buffer
            : Arrays.copyOf(buffer, Math.min(buffer.length * 2, LENGTH_BYTES_MAX));
    System.arraycopy(buffer, start, target, 0, unread);
    buffer = target;
    start = 0;
    end = unread;
    int count = in.read(buffer, end, buffer.length - end);
    if (count > 0) {
      end += count;
    }
    return count > 0;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
