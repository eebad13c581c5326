// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Runs the code of docs/guides/expire-state.md. */
class ExpireStateTest {
  private final AtomicLong now = new AtomicLong();

  // tag::deduplicate
  private static final ValueStateDescriptor<Boolean> SEEN =
      ValueStateDescriptor.of("seen", Serializers.BOOLEAN).ttl(Duration.ofHours(1));

  /** Returns the ids that did not come within the last hour. */
  private static List<String> deduplicated(KeyedStateBackend<String> keyed, List<String> ids) {
    ValueState<Boolean> seen = keyed.value(SEEN);
    List<String> fresh = new ArrayList<>();
    for (String id : ids) {
      keyed.setCurrentKey(id);
      if (seen.value() == null) {
        seen.update(true);
        fresh.add(id);
      }
    }
    return fresh;
  }

  // end::deduplicate

  @Test
  void deduplicated_forgetsAfterAnHour() {
    try (var storage = MemoryCheckpointStorage.create();
        var backend = MemoryStateBackend.create();
        var checkpoints =
            CheckpointCoordinator.builder(storage)
                .clock(() -> Instant.ofEpochMilli(now.get()))
                .open();
        var subtask = checkpoints.subtask("deduplicate").open()) {
      KeyedStateBackend<String> keyed = subtask.keyed(backend, Serializers.STRING);
      assertThat(deduplicated(keyed, List.of("a", "b", "a"))).containsExactly("a", "b");
      now.addAndGet(Duration.ofMinutes(59).toMillis());
      assertThat(deduplicated(keyed, List.of("a", "c"))).containsExactly("c");
      now.addAndGet(Duration.ofMinutes(1).toMillis());
      // tag::idle
      while (keyed.maintain(1_000)) {
        // A program that is idle looks through its state now and then, a bounded step at a time.
      }
      // end::idle
      assertThat(keyed.entryCount(SEEN)).isEqualTo(1);
      assertThat(deduplicated(keyed, List.of("a", "c"))).containsExactly("a");
    }
  }
}
