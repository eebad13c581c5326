// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.runtime.Operator;
import io.statebackend.runtime.Output;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Counts words: one number per word, kept as keyed state. Tells them all at the end. */
final class WordCountOperator implements Operator<String, Void> {
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG);

  private final KeyedStateBackend<String> keyed;
  private final ValueState<Long> count;
  private final Runnable afterEachWord;
  private final Map<String, Long> result;

  /** Begins with the counts that were restored, if any. */
  WordCountOperator(
      KeyedStateBackend<String> keyed, Runnable afterEachWord, Map<String, Long> result) {
    this.keyed = keyed;
    this.count = keyed.value(COUNT);
    this.afterEachWord = afterEachWord;
    this.result = result;
  }

  @Override
  public void process(String word, Output<Void> output) {
    keyed.setCurrentKey(word);
    @Nullable Long before = count.value();
    count.update(before == null ? 1L : before + 1);
    afterEachWord.run();
  }

  /** At the end, tells the counts of all words, those before a restart included. */
  @Override
  public void advanceTo(long watermark, Output<Void> output) {
    try (Stream<String> words = keyed.keys(COUNT)) {
      words.forEach(
          word -> {
            keyed.setCurrentKey(word);
            @Nullable Long number = count.value();
            if (number != null) {
              result.put(word, number);
            }
          });
    }
  }
}
