// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.CRC32;

/**
 * The content of a body, which may be sent in chunks with a checksum behind them: {@code
 * length;extensions CRLF chunk CRLF}, a chunk of no length, and headers.
 */
final class RequestBody {
  private static final String CHECKSUM = "x-amz-checksum-crc32";

  private RequestBody() {}

  /**
   * Takes the content out of a body, and compares its checksum.
   *
   * @throws IOException if it is not framed as it should, or has another checksum
   */
  static byte[] read(HttpExchange exchange, byte[] body) throws IOException {
    String framing = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
    if (framing == null || !framing.startsWith("STREAMING-")) {
      check(body, exchange.getRequestHeaders().getFirst(CHECKSUM));
      return body;
    }
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    int at = 0;
    while (true) {
      int end = endOfLine(body, at);
      String header = new String(body, at, end - at, US_ASCII);
      int length = Integer.parseInt(header.replaceAll(";.*", ""), 16);
      at = end + 2;
      if (length == 0) {
        break;
      }
      content.write(body, at, length);
      at += length + 2;
    }
    byte[] whole = content.toByteArray();
    while (at < body.length) {
      int end = endOfLine(body, at);
      String[] trailer = new String(body, at, end - at, US_ASCII).split(":", 2);
      if (trailer[0].equals(CHECKSUM)) {
        check(whole, trailer[1].strip());
      }
      at = end + 2;
    }
    return whole;
  }

  private static int endOfLine(byte[] body, int from) throws IOException {
    for (int at = from; at + 1 < body.length; at++) {
      if (body[at] == '\r' && body[at + 1] == '\n') {
        return at;
      }
    }
    throw new IOException("a body in chunks ends within one");
  }

  private static void check(byte[] content, @org.jspecify.annotations.Nullable String checksum)
      throws IOException {
    if (checksum == null) {
      return;
    }
    CRC32 crc = new CRC32();
    crc.update(content);
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
    String actual = Base64.getEncoder().encodeToString(bytes);
    if (!actual.equals(checksum)) {
      throw new IOException("checksum of a body: expected=" + checksum + ", actual=" + actual);
    }
  }
}
