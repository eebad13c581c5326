// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KeyRouterTest {

  @Test
  void subtaskOf_isTheOneWhoseStateTakesTheKey() {
    int parallelism = 7;
    try (var storage = MemoryCheckpointStorage.create();
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open()) {
      List<Subtask> subtasks = new ArrayList<>();
      for (int index = 0; index < parallelism; index++) {
        subtasks.add(
            checkpoints
                .subtask("operator")
                .index(index)
                .parallelism(parallelism)
                .maxParallelism(100)
                .open());
      }
      var states =
          subtasks.stream().map(subtask -> subtask.keyed(backend, Serializers.STRING)).toList();
      KeyRouter<String> router = new KeyRouter<>(Serializers.STRING, 100, parallelism);
      for (int i = 0; i < 1000; i++) {
        String key = "key-" + i;
        int subtask = router.subtaskOf(key);
        assertThatCode(() -> states.get(subtask).setCurrentKey(key)).doesNotThrowAnyException();
      }
      subtasks.forEach(Subtask::close);
    }
  }

  @Test
  void wrongNumbers_areRefused() {
    assertThatThrownBy(() -> new KeyRouter<>(Serializers.STRING, 4, 5))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new KeyRouter<>(Serializers.STRING, 0, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
