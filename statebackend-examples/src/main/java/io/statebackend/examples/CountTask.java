// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import java.util.List;
import java.util.Map;

/** One worker: does what the exchange brings until the end. Belongs to the thread that makes it. */
final class CountTask {
  private final Subtask subtask;
  private final WordCountOperator operator;
  private final JobSettings settings;
  private final JobProgress progress;
  private boolean ended;

  CountTask(Subtask subtask, StateBackend backend, JobSettings settings, JobProgress progress) {
    this.subtask = subtask;
    this.operator = new WordCountOperator(subtask.keyed(backend, Serializers.STRING));
    this.settings = settings;
    this.progress = progress;
  }

  /** Works until the end and returns the counts of the worker's words. */
  Map<String, Long> run(Exchange exchange, int worker) throws InterruptedException {
    while (!ended) {
      exchange.take(worker).accept(this);
    }
    return operator.counts();
  }

  void count(List<String> words) {
    for (String word : words) {
      operator.process(word);
      settings.afterEachWord().run();
    }
    progress.counted(words.size());
  }

  /** Takes the worker's part of a checkpoint: all words before this message, none after it. */
  void snapshot(long checkpointId) {
    subtask.snapshot(checkpointId);
  }

  void end() {
    ended = true;
  }
}
