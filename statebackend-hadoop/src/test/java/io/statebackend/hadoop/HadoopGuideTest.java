// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.memory.MemoryStateBackend;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

/** The example of docs/guides/where-checkpoints-live.md. */
final class HadoopGuideTest {
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG).withDefault(0L);

  @Test
  void checkpoint_isRestored() {
    for (long run = 1; run <= 3; run++) {
      assertThat(count(TestCluster.shared().at("jobs/word-count"))).isEqualTo(run);
    }
  }

  private static long count(URI address) {
    // tag::open
    Configuration configuration = new Configuration(); // core-site.xml, hdfs-site.xml
    try (var storage = HadoopCheckpointStorage.open(address, configuration);
        var checkpoints = CheckpointCoordinator.builder(storage).open()) {
      // end::open
      try (var backend = MemoryStateBackend.create();
          var subtask = checkpoints.subtask("operator").open()) {
        var state = subtask.keyed(backend, Serializers.LONG);
        state.setCurrentKey(1L);
        var count = state.value(COUNT);
        count.update(count.value() + 1);
        var checkpoint = checkpoints.trigger();
        subtask.snapshotIfPending();
        checkpoint.join();
        return count.value();
      }
    }
  }
}
