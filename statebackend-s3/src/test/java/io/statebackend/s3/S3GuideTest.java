// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.memory.MemoryStateBackend;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The example of docs/guides/where-checkpoints-live.md. */
final class S3GuideTest {
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG).withDefault(0L);

  @BeforeEach
  void setCredentials() {
    System.setProperty("aws.accessKeyId", "name");
    System.setProperty("aws.secretAccessKey", "secret");
  }

  @AfterEach
  void clearCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  @Test
  void checkpoint_isRestored_byBuilderAndByAddress() {
    URI endpoint = TestStores.fixture().endpoint();
    for (long run = 1; run <= 3; run++) {
      assertThat(count(endpoint)).isEqualTo(run);
    }
    String address =
        "s3://my-bucket/jobs/word-count?region=eu-central-1&path-style=true&endpoint=" + endpoint;
    try (var storage = S3CheckpointStorage.open(URI.create(address));
        var checkpoints = CheckpointCoordinator.builder(storage).open()) {
      assertThat(checkpoints.restored()).isPresent();
    }
  }

  private static long count(URI endpoint) {
    // tag::open
    try (var storage =
            S3CheckpointStorage.builder("my-bucket")
                .prefix("jobs/word-count")
                .region("eu-central-1")
                .endpoint(endpoint) // only for stores that are not Amazon's
                .pathStyle(true) // the same
                .open();
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
