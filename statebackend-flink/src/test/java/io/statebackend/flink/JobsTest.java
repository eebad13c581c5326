// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.client.program.ClusterClient;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.testutils.CommonTestUtils;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.util.TestStreamEnvironment;
import org.apache.flink.test.util.MiniClusterWithClientResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Jobs on a cluster within the process: failures, savepoints from backend to backend, rescaling.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class JobsTest {
  private static final long RECORDS = 20_000;

  /** So slow that no job comes to its end before it is stopped. */
  private static final double SLOWLY = 200;

  /** How many records a job processes before it is stopped. */
  private static final long PER_JOB = 100;

  private static final double QUICKLY = 20_000;

  @TempDir Path directory;

  private MiniClusterWithClientResource cluster;

  @BeforeEach
  void startCluster() throws Exception {
    Configuration config = new Configuration();
    config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(128));
    cluster =
        new MiniClusterWithClientResource(
            new MiniClusterResourceConfiguration.Builder()
                .setConfiguration(config)
                .setNumberTaskManagers(2)
                .setNumberSlotsPerTaskManager(2)
                .build());
    cluster.before();
    // Its environment draws settings by lot, of modules that are not here.
    TestStreamEnvironment.unsetAsContext();
  }

  @AfterEach
  void stopCluster() {
    cluster.after();
  }

  private Configuration config(String backend, boolean isIncremental) {
    Configuration config = new Configuration();
    switch (backend) {
      case "memory", "fs", "our-rocksdb" -> {
        config.set(StateBackendOptions.STATE_BACKEND, StatebackendFactory.class.getName());
        config.set(
            StatebackendOptions.ENGINE,
            switch (backend) {
              case "memory" -> Engine.MEMORY;
              case "fs" -> Engine.FS;
              default -> Engine.ROCKSDB;
            });
        config.set(StatebackendOptions.MEMORY_PER_SLOT, MemorySize.ofMebiBytes(16));
        config.set(StatebackendOptions.DIRECTORIES, List.of(directory.resolve("work").toString()));
      }
      default -> config.set(StateBackendOptions.STATE_BACKEND, backend);
    }
    config.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, isIncremental);
    config.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.resolve("chk").toUri().toString());
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofMillis(100));
    config.set(
        CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
        ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    config.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, 2);
    config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 10);
    config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(1));
    return config;
  }

  private void runToTheEnd(JobGraph job) throws Exception {
    ClusterClient<?> client = cluster.getClusterClient();
    JobID id = client.submitJob(job).get();
    client.requestJobResult(id).get().toJobExecutionResult(getClass().getClassLoader());
  }

  @ParameterizedTest
  @CsvSource({"memory, false", "fs, true", "our-rocksdb, true"})
  void resultsAreExact_afterFailures(String backend, boolean isIncremental) throws Exception {
    CountingJob.reset(1);
    runToTheEnd(CountingJob.graph(config(backend, isIncremental), 2, RECORDS, QUICKLY / 8));
    assertThat(CountingJob.failuresLeft()).isZero();
    assertThat(CountingJob.results()).isEqualTo(CountingJob.expected(RECORDS));
  }

  @Test
  void savepoint_throughAllBackendsInARing() throws Exception {
    CountingJob.reset(0);
    List<String> ring =
        List.of("hashmap", "memory", "rocksdb", "fs", "our-rocksdb", "hashmap", "fs", "rocksdb");
    String savepoint = null;
    int parallelism = 1;
    for (String backend : ring) {
      JobGraph job = CountingJob.graph(config(backend, true), parallelism, RECORDS, SLOWLY);
      savepoint = runFor(job, savepoint, SavepointFormatType.CANONICAL, PER_JOB);
      parallelism = parallelism % 4 + 1;
    }
    JobGraph last = CountingJob.graph(config("memory", false), 3, RECORDS, QUICKLY);
    last.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
    runToTheEnd(last);
    assertThat(CountingJob.results()).isEqualTo(CountingJob.expected(RECORDS));
  }

  /** Runs a job until some records more were processed, and stops it with a savepoint. */
  private String runFor(
      JobGraph job, String savepoint, SavepointFormatType format, long recordsMore)
      throws Exception {
    if (savepoint != null) {
      job.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(savepoint));
    }
    ClusterClient<?> client = cluster.getClusterClient();
    JobID id = client.submitJob(job).get();
    CommonTestUtils.waitForAllTaskRunning(cluster.getMiniCluster(), id, false);
    waitFor(id, CountingJob.seen() + recordsMore);
    String path =
        client
            .stopWithSavepoint(id, false, directory.resolve("savepoints").toString(), format)
            .get();
    client.requestJobResult(id).get();
    return path;
  }

  private void waitFor(JobID id, long records) throws Exception {
    ClusterClient<?> client = cluster.getClusterClient();
    CommonTestUtils.waitUntilCondition(
        () -> {
          JobStatus status = client.getJobStatus(id).get();
          assertThat(status.isGloballyTerminalState()).as("job has ended: %s", status).isFalse();
          return CountingJob.seen() >= records;
        });
  }

  @ParameterizedTest
  @CsvSource({"fs, CLAIM", "fs, NO_CLAIM", "our-rocksdb, CLAIM", "our-rocksdb, NO_CLAIM"})
  void incrementalCheckpoint_isRestoredWithOtherParallelism(String backend, RecoveryClaimMode mode)
      throws Exception {
    CountingJob.reset(0);
    String path = null;
    for (int parallelism : new int[] {2, 3, 1, 2}) {
      Configuration config = config(backend, true);
      if (path != null) {
        config.set(StateRecoveryOptions.SAVEPOINT_PATH, path);
        config.set(StateRecoveryOptions.RESTORE_MODE, mode);
      }
      JobGraph job = CountingJob.graph(config, parallelism, RECORDS, SLOWLY);
      ClusterClient<?> client = cluster.getClusterClient();
      JobID id = client.submitJob(job).get();
      waitFor(id, CountingJob.seen() + PER_JOB);
      CommonTestUtils.waitForNewCheckpoint(id, cluster.getMiniCluster());
      client.cancel(id).get();
      client.requestJobResult(id).get();
      path =
          CommonTestUtils.getLatestCompletedCheckpointPath(id, cluster.getMiniCluster())
              .orElseThrow();
    }
    Configuration config = config(backend, true);
    config.set(StateRecoveryOptions.SAVEPOINT_PATH, path);
    config.set(StateRecoveryOptions.RESTORE_MODE, mode);
    runToTheEnd(CountingJob.graph(config, 4, RECORDS, QUICKLY));
    assertThat(CountingJob.results()).isEqualTo(CountingJob.expected(RECORDS));
  }

  @ParameterizedTest
  @CsvSource({"memory", "fs", "our-rocksdb"})
  void nativeSavepoint_isRestored(String backend) throws Exception {
    CountingJob.reset(0);
    String first =
        runFor(
            CountingJob.graph(config(backend, true), 2, RECORDS, SLOWLY),
            null,
            SavepointFormatType.NATIVE,
            PER_JOB);
    String second =
        runFor(
            CountingJob.graph(config(backend, true), 3, RECORDS, SLOWLY),
            first,
            SavepointFormatType.NATIVE,
            PER_JOB);
    JobGraph last = CountingJob.graph(config(backend, true), 1, RECORDS, QUICKLY);
    last.setSavepointRestoreSettings(SavepointRestoreSettings.forPath(second));
    runToTheEnd(last);
    assertThat(CountingJob.results()).isEqualTo(CountingJob.expected(RECORDS));
  }
}
