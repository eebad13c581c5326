// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClosingTest {
  private final List<Integer> closed = new ArrayList<>();

  private void close(int part) {
    closed.add(part);
    if (part % 2 == 0) {
      throw new IllegalStateException("part " + part);
    }
  }

  @Test
  void all_someFail_othersAreClosed() {
    assertThatThrownBy(() -> Closing.all(List.of(1, 2, 3, 4, 5), this::close))
        .hasMessage("part 2")
        .satisfies(
            first ->
                assertThat(first.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("part 4"));

    assertThat(closed).containsExactly(1, 2, 3, 4, 5);
  }

  @Test
  void all_noneFails() {
    Closing.all(List.of(1, 3), this::close);

    assertThat(closed).containsExactly(1, 3);
  }

  @Test
  void allAfter_keepsTheFirstFailure() {
    RuntimeException failure = new RuntimeException("first");

    Closing.allAfter(failure, List.of(() -> close(2), () -> close(3)));

    assertThat(failure.getSuppressed()).extracting(Throwable::getMessage).containsExactly("part 2");
    assertThat(closed).containsExactly(2, 3);
  }
}
