// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StateSize;
import io.statebackend.core.reader.StoredOperator;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The code of the guide that looks into checkpoints, run. */
final class LookInsideTest {
  @TempDir private Path directory;

  @Test
  void sizes_ofAProgramsCheckpoint() {
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory);
        CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = checkpoints.subtask("count").open()) {
      KeyedStateBackend<String> keyed =
          subtask.keyed(MemoryStateBackend.create(), Serializers.STRING);
      keyed.setCurrentKey("berlin");
      keyed.value(ValueStateDescriptor.of("total", Serializers.LONG)).update(7L);
      var completed = checkpoints.trigger();
      boolean unused = subtask.snapshotIfPending();
      completed.join();
    }
    Map<String, Long> report = new TreeMap<>();
    // tag::sizes
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(directory);
        CheckpointReader reader = CheckpointReader.openLatest(storage)) {
      for (StoredOperator operator : reader.operators()) {
        for (StateSize size : reader.sizes(operator)) {
          report.put(size.state().name(), size.bytes());
        }
      }
    }
    // end::sizes
    // The length of the key as a field, the key with its own length, and the number.
    assertThat(report).containsOnlyKeys("total").containsValue(16L);
  }
}
