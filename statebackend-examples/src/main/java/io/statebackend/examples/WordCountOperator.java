// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Counts words: one number per word, kept as keyed state. Belongs to one thread. */
final class WordCountOperator {
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG);

  private final KeyedStateBackend<String> keyed;
  private final ValueState<Long> count;

  /** Begins with the counts that were restored, if any. */
  WordCountOperator(KeyedStateBackend<String> keyed) {
    this.keyed = keyed;
    this.count = keyed.value(COUNT);
  }

  /** Counts one word. */
  void process(String word) {
    keyed.setCurrentKey(word);
    @Nullable Long before = count.value();
    count.update(before == null ? 1L : before + 1);
  }

  /** Returns the counts of all words that this operator has seen, in this process and before. */
  Map<String, Long> counts() {
    Map<String, Long> counts = new HashMap<>();
    try (Stream<String> words = keyed.keys(COUNT)) {
      words.forEach(
          word -> {
            keyed.setCurrentKey(word);
            @Nullable Long number = count.value();
            if (number != null) {
              counts.put(word, number);
            }
          });
    }
    return counts;
  }
}
