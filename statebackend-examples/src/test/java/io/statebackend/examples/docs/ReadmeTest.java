// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the example of README.md. */
class ReadmeTest {
  @TempDir private Path directory;

  @Test
  void count_startedAgain_goesOn() {
    assertThat(count(List.of("call", "me", "call"), "call")).isEqualTo(2);
    assertThat(count(List.of("call"), "call")).isEqualTo(3);
  }

  private long count(List<String> text, String asked) {
    // tag::example
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open(); // restores the latest one
        var subtask = checkpoints.subtask("word-count").open()) {
      var words = subtask.keyed(backend, Serializers.STRING);
      var count = words.value(ValueStateDescriptor.of("count", Serializers.LONG).withDefault(0L));
      for (String word : text) {
        words.setCurrentKey(word);
        count.update(count.value() + 1);
      }
      var checkpoint = checkpoints.trigger();
      subtask.snapshotIfPending(); // one thread: with several, only sources do this
      checkpoint.join(); // durable from here on: started again, the counts go on
      // end::example
      words.setCurrentKey(asked);
      return count.value();
      // tag::example
    }
    // end::example
  }
}
