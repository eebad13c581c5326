// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.StateLockedException;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointListener;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs what docs/start.md tells, step by step. */
class ClickJobTest {
  private static final int USER_COUNT = 10;

  /** A thousand clicks, a hundred of each user. */
  private static final List<Click> LOG =
      IntStream.range(0, 1000)
          .mapToObj(i -> new Click("user-" + i % USER_COUNT, i * 1000L))
          .toList();

  @TempDir private Path directory;

  @Test
  void run_withoutCheckpoint_counts() {
    // tag::wiring
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var job = new ClickJob(checkpoints, backend, 1)) {
      job.run(LOG, LOG.size());
      assertThat(job.clicksOf("user-7")).isEqualTo(100);
    }
    // end::wiring
  }

  @Test
  void run_afterCrash_goesOnFromTheCheckpoint() {
    // tag::checkpoint
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var job = new ClickJob(checkpoints, backend, 1)) {
      job.run(LOG, 500);
      CompletableFuture<CompletedCheckpoint> checkpoint = checkpoints.trigger();
      job.run(LOG, 800); // takes the snapshot after record 501 and goes on while it is written
      checkpoint.join();
    }
    // end::checkpoint
    // tag::restore
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var job = new ClickJob(checkpoints, backend, 1)) {
      assertThat(checkpoints.restored()).isPresent();
      assertThat(job.position()).isEqualTo(501);
      assertThat(job.clicksOf("user-0")).isEqualTo(51);
      job.run(LOG, LOG.size());
      assertThat(job.clicksOf("user-0")).isEqualTo(100);
    }
    // end::restore
  }

  @Test
  void run_periodicCheckpoints_tellTheListener() {
    Set<Long> committed = ConcurrentHashMap.newKeySet();
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create()) {
      // tag::periodic
      CheckpointListener listener =
          new CheckpointListener() {
            @Override
            public void completed(CompletedCheckpoint checkpoint) {
              committed.add(checkpoint.id());
            }

            @Override
            public void restored(CompletedCheckpoint checkpoint) {
              committed.add(checkpoint.id()); // once more: the process may have died before
            }
          };
      try (var checkpoints =
              CheckpointCoordinator.builder(storage)
                  .interval(Duration.ofSeconds(10))
                  .minPause(Duration.ofSeconds(1))
                  .retain(3)
                  .listener(listener)
                  .open();
          var job = new ClickJob(checkpoints, backend, 1)) {
        checkpoints.start();
        job.run(LOG, LOG.size());
        // end::periodic
        CompletableFuture<CompletedCheckpoint> checkpoint = checkpoints.trigger();
        job.snapshotIfPending();
        assertThat(checkpoint.join().id()).isIn(committed);
      }
    }
  }

  @Test
  void run_rescaled_hasEveryKey() {
    checkpointAt(501);
    // tag::rescale
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var job = new ClickJob(checkpoints, backend, 3)) { // it was 1
      job.run(LOG, LOG.size());
      for (int user = 0; user < USER_COUNT; user++) {
        assertThat(job.clicksOf("user-" + user)).isEqualTo(100);
      }
    }
    // end::rescale
  }

  @Test
  void savepoint_restoredElsewhere_isIndependent() {
    Path elsewhere = directory.resolve("elsewhere");
    // tag::savepoint
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var job = new ClickJob(checkpoints, backend, 1)) {
      job.run(LOG, 600);
      CompletableFuture<CompletedCheckpoint> savepoint = checkpoints.savepoint("before-upgrade");
      job.snapshotIfPending();
      savepoint.join();
    }
    // end::savepoint
    // tag::restore-savepoint
    try (var saved = FileCheckpointStorage.openReadOnly(directory);
        var storage = FileCheckpointStorage.open(elsewhere);
        var backend = MemoryStateBackend.create();
        var checkpoints =
            CheckpointCoordinator.builder(storage)
                .restoreLatestOrFrom(saved, "savepoint-before-upgrade")
                .open();
        var job = new ClickJob(checkpoints, backend, 2)) {
      assertThat(job.position()).isEqualTo(600);
      job.run(LOG, LOG.size());
    }
    // end::restore-savepoint
  }

  @Test
  void run_moreStateAfterRestore_keepsTheOld() {
    checkpointAt(500);
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var reader = checkpoints.subtask("reader").open();
        var counter =
            new WindowedClickCounter(checkpoints.subtask("click-counter").open(), backend)) {
      assertThat(reader.operatorId()).isEqualTo("reader");
      LOG.subList(500, 600).forEach(counter::process);
      // Records 540 to 599 are of one minute: six of each user.
      Map<String, Long> closed = new HashMap<>();
      counter.advanceTo(9 * 60_000, closed::put);
      assertThat(closed).hasSize(USER_COUNT).containsEntry("user-3", 4L);
      closed.clear();
      counter.advanceTo(10 * 60_000 - 1, closed::put);
      assertThat(closed).isEmpty();
      counter.advanceTo(10 * 60_000, closed::put);
      assertThat(closed).hasSize(USER_COUNT).containsEntry("user-3", 6L);
      closed.clear();
      counter.advanceTo(Long.MAX_VALUE, closed::put);
      assertThat(closed).isEmpty();
      assertThat(counter.clicksOf("user-3")).isEqualTo(60);
    }
  }

  @Test
  void sessions_endHalfAnHourAfterTheLastClick() {
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var subtask = checkpoints.subtask("sessions").open()) {
      SessionCounter counter = new SessionCounter(subtask.keyed(backend, Serializers.STRING));
      long minute = 60_000;
      counter.process(new Click("a", 0));
      counter.process(new Click("a", 50 * minute));
      counter.process(new Click("b", 5 * minute));
      counter.process(new Click("a", 25 * minute));
      Map<String, Long> ended = new HashMap<>();
      counter.advanceTo(79 * minute, ended::put);
      assertThat(ended).isEqualTo(Map.of("b", 1L));
      counter.advanceTo(80 * minute, ended::put);
      assertThat(ended).isEqualTo(Map.of("a", 3L, "b", 1L));
    }
  }

  @Test
  void restoreLatestOrFrom_leftInTheProgram_goesOn() {
    Path elsewhere = directory.resolve("elsewhere");
    checkpointAt(600);
    goOn(elsewhere, 600, 700);
    goOn(elsewhere, 700, 800);
  }

  private void goOn(Path elsewhere, long expectedPosition, long end) {
    try (var saved = FileCheckpointStorage.openReadOnly(directory);
        var storage = FileCheckpointStorage.open(elsewhere);
        var backend = MemoryStateBackend.create();
        var checkpoints =
            CheckpointCoordinator.builder(storage).restoreLatestOrFrom(saved, "chk-1").open();
        var job = new ClickJob(checkpoints, backend, 1)) {
      assertThat(job.position()).isEqualTo(expectedPosition);
      job.run(LOG, end);
      CompletableFuture<CompletedCheckpoint> checkpoint = checkpoints.trigger();
      job.snapshotIfPending();
      checkpoint.join();
    }
  }

  @Test
  void run_countersOnThreads_countExactlyAfterACrash() {
    // tag::run-threads
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var job = new ThreadedClickJob(checkpoints, backend, 3)) {
      job.run(LOG, 500);
      CompletableFuture<CompletedCheckpoint> checkpoint = checkpoints.trigger();
      job.run(LOG, 800);
      checkpoint.join();
    }
    // end::run-threads
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var job = new ClickJob(checkpoints, backend, 2)) {
      assertThat(job.position()).isEqualTo(501);
      job.run(LOG, LOG.size());
      for (int user = 0; user < USER_COUNT; user++) {
        assertThat(job.clicksOf("user-" + user)).isEqualTo(100);
      }
    }
  }

  @Test
  void open_lockedDirectory_saysWhoIsToStop() {
    try (var storage = FileCheckpointStorage.open(directory)) {
      assertThatThrownBy(() -> FileCheckpointStorage.open(directory))
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining(storage.location());
    }
  }

  @Test
  void declare_otherKindThanRestored_isRefused() {
    checkpointAt(500);
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var subtask = checkpoints.subtask("click-counter").open()) {
      var users = subtask.keyed(backend, Serializers.STRING);
      // tag::incompatible
      assertThatThrownBy(() -> users.list(ListStateDescriptor.of("clicks", Serializers.LONG)))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining("state 'clicks' of operator 'click-counter'")
          .hasMessageContaining("restored=VALUE, declared=LIST");
      // end::incompatible
    }
  }

  private void checkpointAt(long position) {
    try (var storage = FileCheckpointStorage.open(directory);
        var backend = MemoryStateBackend.create();
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var job = new ClickJob(checkpoints, backend, 1)) {
      job.run(LOG, position);
      CompletableFuture<CompletedCheckpoint> checkpoint = checkpoints.trigger();
      job.snapshotIfPending();
      checkpoint.join();
    }
  }
}
