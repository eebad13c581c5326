// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.api.spi.WorkDirectory;
import io.statebackend.flink.Engine;
import io.statebackend.flink.StatebackendFactory;
import io.statebackend.flink.StatebackendOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * Runs jobs of Flink from end to end on a cluster within the process, with our engines or Flink's
 * backends below: parallelism 2, objects reused, a checkpoint every 3 seconds. Tells thousands of
 * records a second, from the first record to the end of the job.
 *
 * <p>Memory: each slot of fs, and of Flink's RocksDB as managed memory, has the same; our rocksdb
 * has half of it natively and half on the heap. What is on the heap is the heap's of the same size
 * for all.
 */
final class FlinkProgram {
  private static final int PARALLELISM = 2;
  private static final int RECORDS_PER_KEY = 8;
  private static final long SLOT_BYTES = 256L << 20;
  private static final long SLOT_BYTES_MIN = 16L << 20;

  private static final AtomicLong FIRST_RECORD_NANOS = new AtomicLong();

  private final Backend backend;
  private final long keys;
  private final Pattern only;
  private final Effort effort;

  FlinkProgram(Backend backend, int keys, Pattern only, Effort effort) {
    this.backend = backend;
    this.keys = keys;
    this.only = only;
    this.effort = effort;
  }

  /** Tells whether there is an adapter for a backend. */
  static boolean isFor(Backend backend) {
    return backend.isOurs() || backend == Backend.FLINK_HASHMAP || backend == Backend.FLINK_ROCKSDB;
  }

  Figures run() {
    Figures figures = new Figures();
    for (FlinkJob job : FlinkJob.values()) {
      if (only.matcher(job.name()).find() && (job != FlinkJob.SPILL_ZIPF || backend.hasFiles())) {
        double unused = thousandsPerSecond(job); // the first round does not count
        for (int round = 0; round < effort.rounds(); round++) {
          figures.add(job.name().toLowerCase(Locale.ROOT) + "_krps", thousandsPerSecond(job));
        }
      }
    }
    return figures;
  }

  private double thousandsPerSecond(FlinkJob job) {
    Path directory = newDirectory();
    try {
      long records = RECORDS_PER_KEY * keys;
      FIRST_RECORD_NANOS.set(0);
      FlinkCalls.unchecked(() -> runOnCluster(job, records, directory));
      double seconds = (System.nanoTime() - FIRST_RECORD_NANOS.get()) / 1e9;
      return (double) records / seconds / 1000;
    } finally {
      WorkDirectory.delete(directory);
    }
  }

  private static Path newDirectory() {
    try {
      return Files.createTempDirectory("flink-bench");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Object runOnCluster(FlinkJob job, long records, Path directory) throws Exception {
    Configuration config = config(job, directory);
    MiniClusterConfiguration cluster =
        new MiniClusterConfiguration.Builder()
            .setConfiguration(config)
            .setNumTaskManagers(1)
            .setNumSlotsPerTaskManager(PARALLELISM)
            .build();
    MiniCluster running = new MiniCluster(cluster);
    try {
      running.start();
      StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
      env.setParallelism(PARALLELISM);
      job.addTo(env.fromSequence(0, records - 1).map(new Timing()), keys);
      JobGraph graph = env.getStreamGraph().getJobGraph();
      return running.executeJobBlocking(graph);
    } finally {
      running.close();
    }
  }

  private Configuration config(FlinkJob job, Path directory) {
    long slotBytes =
        job == FlinkJob.SPILL_ZIPF
            ? Math.max(SLOT_BYTES_MIN, keys * FlinkJob.SPILLED_BYTES_PER_KEY / 8 / PARALLELISM)
            : SLOT_BYTES;
    Configuration config = new Configuration();
    config.set(PipelineOptions.OBJECT_REUSE, true);
    config.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(3));
    config.set(
        CheckpointingOptions.CHECKPOINTS_DIRECTORY,
        directory.resolve("checkpoints").toUri().toString());
    config.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, backend.hasFiles());
    if (backend.isOurs()) {
      config.set(StateBackendOptions.STATE_BACKEND, StatebackendFactory.class.getName());
      config.set(StatebackendOptions.ENGINE, Engine.valueOf(backend.name()));
      config.set(StatebackendOptions.DIRECTORIES, List.of(directory.resolve("work").toString()));
      boolean isHalf = backend == Backend.ROCKSDB;
      config.set(
          StatebackendOptions.MEMORY_PER_SLOT, new MemorySize(isHalf ? slotBytes / 2 : slotBytes));
      config.set(
          TaskManagerOptions.MANAGED_MEMORY_SIZE, new MemorySize(PARALLELISM * slotBytes / 2));
    } else {
      config.set(
          StateBackendOptions.STATE_BACKEND,
          backend == Backend.FLINK_HASHMAP ? "hashmap" : "rocksdb");
      config.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, new MemorySize(PARALLELISM * slotBytes));
    }
    return config;
  }

  /** Notes when the first record comes. */
  private static final class Timing extends RichMapFunction<Long, Long> {
    private static final long serialVersionUID = 1L;

    private boolean isBegun;

    @Override
    public Long map(Long number) {
      if (!isBegun) {
        isBegun = true;
        boolean unused = FIRST_RECORD_NANOS.compareAndSet(0, System.nanoTime());
      }
      return number;
    }
  }
}
