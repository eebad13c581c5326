// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LineReaderTest {
  @Test
  void next_anyLineEnds_givesEachLineAndItsOffset() throws IOException {
    LineReader reader = read("one\n\nthree\r\nlast — é", 0);
    assertThat(reader.next()).isEqualTo("one\n");
    assertThat(reader.offset()).isEqualTo(4);
    assertThat(reader.next()).isEqualTo("\n");
    assertThat(reader.next()).isEqualTo("three\r\n");
    assertThat(reader.offset()).isEqualTo(12);
    assertThat(reader.hasLine()).isFalse();
    assertThat(reader.next()).isEqualTo("last — é");
    assertThat(reader.next()).isNull();
    assertThat(reader.next()).isNull();
  }

  @Test
  void next_resumedAtEveryOffset_givesTheRest() throws IOException {
    String text = "one two\nthree\n\nfour";
    LineReader whole = read(text, 0);
    while (whole.next() != null) {
      LineReader resumed = read(text, whole.offset());
      assertThat(String.join("", lines(resumed))).isEqualTo(text.substring((int) whole.offset()));
    }
  }

  @Test
  void next_lineLongerThanTheBuffer_isWhole() throws IOException {
    String longLine = "x".repeat(700_000) + "\n";
    assertThat(lines(read(longLine + "end", 0))).containsExactly(longLine, "end");
  }

  @Test
  void next_lineTooLong_isCutAfterABlank() throws IOException {
    String text = "whale ".repeat(400_000);
    List<String> lines = lines(read(text, 0));
    assertThat(lines).hasSizeGreaterThan(1).allMatch(line -> line.endsWith("whale "));
    assertThat(String.join("", lines)).isEqualTo(text);
  }

  @Test
  void next_noBlankInAMegabyte_isRefused() throws IOException {
    LineReader reader = read("x".repeat(1 << 21), 0);
    assertThatThrownBy(reader::next)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("neither line end nor blank in the 1048576 bytes after byte 0");
  }

  @Test
  void open_offsetBehindTheEnd_isRefused() {
    assertThatThrownBy(() -> read("short", 6)).isInstanceOf(EOFException.class);
  }

  private static LineReader read(String text, long offset) throws IOException {
    return LineReader.open(new ByteArrayInputStream(text.getBytes(UTF_8)), offset);
  }

  private static List<String> lines(LineReader reader) throws IOException {
    List<String> lines = new ArrayList<>();
    for (String line = reader.next(); line != null; line = reader.next()) {
      lines.add(line);
    }
    return lines;
  }
}
