// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class StandardInputTest {
  @Test
  void isReady_beforeAndAfterSomethingCame_tells() throws IOException, InterruptedException {
    PipedInputStream in = new PipedInputStream();
    StandardInput input = new StandardInput(in);
    InputStream text;
    try (PipedOutputStream out = new PipedOutputStream(in)) {
      text = input.open("standard input");
      assertThat(input.isReady()).isFalse();
      out.write('a');
      out.flush();
      assertThat(text.read()).isEqualTo('a');
    }
    assertThat(text.read()).isEqualTo(-1);
    assertThat(input.isReady()).isTrue();
    assertThat(text.read()).isEqualTo(-1);
  }

  @Test
  void open_largeText_isReadWhole() throws IOException {
    byte[] text = "all the whales in the sea\n".repeat(50_000).getBytes(UTF_8);
    StandardInput input = new StandardInput(new ByteArrayInputStream(text));
    try (InputStream in = input.open("standard input")) {
      assertThat(in.readAllBytes()).isEqualTo(text);
    }
  }

  @Test
  void open_failingStream_tellsWhy() {
    StandardInput input = new StandardInput(new FailingStream("the cable is cut"));
    assertThatThrownBy(() -> input.open("standard input").read())
        .isInstanceOf(IOException.class)
        .hasRootCauseMessage("the cable is cut");
  }
}
