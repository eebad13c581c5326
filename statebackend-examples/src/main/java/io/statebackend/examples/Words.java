// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Splits text into words.
 *
 * <p>A word is a run of Unicode letters, combining marks, digits and apostrophes, as long as
 * possible. Apostrophes at its ends do not belong to it, the typographic one counts as the plain
 * one, and it is in lower case, by the rules of no particular language: {@code 'Tis Queequeg’s}
 * gives {@code tis} and {@code queequeg's}.
 */
final class Words {
  private static final char APOSTROPHE = '\'';
  private static final char TYPOGRAPHIC_APOSTROPHE = '\u2019';

  private Words() {}

  /** Returns the words of a line, in their order. */
  static List<String> of(String line) {
    List<String> words = new ArrayList<>();
    int start = 0;
    int at = 0;
    while (at < line.length()) {
      int codePoint = line.codePointAt(at);
      int next = at + Character.charCount(codePoint);
      if (!isPart(codePoint)) {
        add(line, start, at, words);
        start = next;
      }
      at = next;
    }
    add(line, start, at, words);
    return words;
  }

  private static boolean isPart(int codePoint) {
    return Character.isLetterOrDigit(codePoint)
        || isApostrophe(codePoint)
        || isCombiningMark(codePoint);
  }

  private static boolean isApostrophe(int codePoint) {
    return codePoint == APOSTROPHE || codePoint == TYPOGRAPHIC_APOSTROPHE;
  }

  private static boolean isCombiningMark(int codePoint) {
    int type = Character.getType(codePoint);
    return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK;
  }

  private static void add(String line, int from, int to, List<String> words) {
    int start = from;
    int end = to;
    while (start < end && isApostrophe(line.charAt(start))) {
      start++;
    }
    while (start < end && isApostrophe(line.charAt(end - 1))) {
      end--;
    }
    if (start < end) {
      words.add(
          line.substring(start, end)
              .toLowerCase(Locale.ROOT)
              .replace(TYPOGRAPHIC_APOSTROPHE, APOSTROPHE));
    }
  }
}
