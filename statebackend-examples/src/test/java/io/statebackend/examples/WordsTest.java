// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WordsTest {
  @Test
  void of_punctuationAndCase_givesLowerCaseWords() {
    assertThat(Words.of("Call me Ishmael. Some years ago—never mind"))
        .containsExactly("call", "me", "ishmael", "some", "years", "ago", "never", "mind");
  }

  @Test
  void of_apostrophes_keepsInnerOnesOnly() {
    assertThat(Words.of("'Tis Queequeg’s ’ '' o'clock'"))
        .containsExactly("tis", "queequeg's", "o'clock");
  }

  @Test
  void of_otherScripts_keepsLettersMarksAndDigits() {
    assertThat(Words.of("Łódź cafe\u0301 ΣΊΣΥΦΟΣ 1851 \uD835\uDC00b \uD83D\uDC0B"))
        .containsExactly("łódź", "cafe\u0301", "σίσυφος", "1851", "\uD835\uDC00b");
  }

  @Test
  void of_noWord_isEmpty() {
    assertThat(Words.of("")).isEmpty();
    assertThat(Words.of(" — \t\r\n\uFEFF")).isEmpty();
  }
}
