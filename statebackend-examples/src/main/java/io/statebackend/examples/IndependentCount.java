// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The same count with nothing but a map: what the job's result must equal. It shares with the job
 * what a word is, and nothing else.
 */
final class IndependentCount {
  private IndependentCount() {}

  /** Counts the words of an input that is read several times; reads it once and multiplies. */
  static Map<String, Long> of(TextInput input, int repeat) throws IOException {
    Map<String, Long> counts = new HashMap<>();
    for (String file : input.files()) {
      try (BufferedReader reader =
          new BufferedReader(new InputStreamReader(input.open(file), StandardCharsets.UTF_8))) {
        for (String line = reader.readLine(); line != null; line = reader.readLine()) {
          for (String word : Words.of(line)) {
            counts.merge(word, (long) repeat, Long::sum);
          }
        }
      }
    }
    return counts;
  }

  /**
   * Compares two counts.
   *
   * @return a line for each word that differs; empty if all are equal
   */
  static List<String> differences(Map<String, Long> expected, Map<String, Long> actual) {
    TreeSet<String> words = new TreeSet<>(expected.keySet());
    words.addAll(actual.keySet());
    List<String> differences = new ArrayList<>();
    for (String word : words) {
      long should = expected.getOrDefault(word, 0L);
      long is = actual.getOrDefault(word, 0L);
      if (should != is) {
        differences.add("word '%s': expected=%d, actual=%d".formatted(word, should, is));
      }
    }
    return differences;
  }
}
