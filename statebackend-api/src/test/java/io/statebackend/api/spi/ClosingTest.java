// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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

  /** Anything that a part of others may throw, declared or not. */
  static Stream<Throwable> throwables() {
    return Stream.of(
        new AssertionError("first"),
        new OutOfMemoryError("first"),
        new IOException("first, and not declared"),
        new IllegalStateException("first"));
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void throwAs(Throwable thrown) throws E {
    throw (E) thrown;
  }

  @ParameterizedTest
  @MethodSource("throwables")
  void all_whateverIsThrown_othersAreClosed(Throwable first) {
    List<Runnable> closes =
        List.of(
            () -> close(1),
            () -> ClosingTest.<Error>throwAs(first),
            () -> close(2),
            () -> close(3));

    assertThatThrownBy(() -> Closing.all(closes)).isSameAs(first);

    assertThat(first.getSuppressed()).extracting(Throwable::getMessage).containsExactly("part 2");
    assertThat(closed).containsExactly(1, 2, 3);
  }

  @Test
  void all_theSameIsThrownTwice_isThrown() {
    RuntimeException same = new IllegalStateException("same");
    Runnable close =
        () -> {
          throw same;
        };

    assertThatThrownBy(() -> Closing.all(List.of(close, close))).isSameAs(same);
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
