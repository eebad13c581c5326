// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.core.checkpoint.Subtask;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The work of a source's subtask: it reads, begins each checkpoint between two records, and goes on
 * with that when it has come to its end, until all other parts have what they need.
 */
final class SourceTask extends Task {
  private static final long IDLE_PAUSE_NANOS = Duration.ofMillis(1).toNanos();

  private final Source<Object, Object> source;
  private final SourcePositions positions;
  private final long idleAfterNanos;
  private final Runnable onStoppedReading;
  private final Doorbell doorbell = new Doorbell();

  /** By checkpoint, the positions that are in it, until it is complete. */
  private final TreeMap<Long, Map<String, Object>> snapshots = new TreeMap<>();

  /** Whether reading is to stop before the end. Set by any thread. */
  private volatile boolean isStopping;

  /** Whether nothing more is to be done. Set by any thread. */
  private volatile boolean isReleased;

  private boolean isReading = true;

  /** Whether the last attempts to read have found nothing, and since when. */
  private boolean isIdle;

  private long idleSince;

  SourceTask(
      String name,
      Subtask subtask,
      TaskOutput output,
      Source<Object, Object> source,
      SourcePositions positions,
      Duration idleAfter,
      Runnable onStoppedReading) {
    super(name, subtask, output);
    this.source = source;
    this.positions = positions;
    this.idleAfterNanos = idleAfter.toNanos();
    this.onStoppedReading = onStoppedReading;
  }

  @Override
  void work() throws InterruptedException {
    try (Source.Reader<Object, Object> reader =
        source.open(positions.partitions(), positions.restored())) {
      while (!isReleased) {
        snapshotIfPending(reader);
        hearCompleted(reader);
        if (isReading) {
          read(reader);
        } else {
          boolean unused = doorbell.await(this::hasWork, Long.MAX_VALUE);
        }
      }
      hearCompleted(reader);
      output().end();
    }
  }

  private boolean hasWork() {
    return isReleased || hasCompleted() || subtask().pendingCheckpoint() != Subtask.NO_CHECKPOINT;
  }

  private void snapshotIfPending(Source.Reader<Object, Object> reader) {
    long checkpointId = subtask().pendingCheckpoint();
    if (checkpointId != Subtask.NO_CHECKPOINT) {
      Map<String, Object> reached = Map.copyOf(reader.positions());
      positions.save(reached);
      snapshots.put(checkpointId, reached);
      if (subtask().snapshot(checkpointId)) {
        output().barrier(checkpointId);
      }
    }
  }

  private void hearCompleted(Source.Reader<Object, Object> reader) {
    long checkpointId = takeCompleted();
    if (checkpointId >= 0) {
      Map<String, Object> reached = snapshots.get(checkpointId);
      snapshots.headMap(checkpointId, true).clear();
      if (reached != null) {
        reader.completed(reached);
      }
    }
  }

  private void read(Source.Reader<Object, Object> reader) throws InterruptedException {
    if (isStopping) {
      stopReading();
      return;
    }
    switch (reader.read(output())) {
      case READ -> isIdle = false;
      case IDLE -> idle();
      case END -> {
        output().watermark(Long.MAX_VALUE);
        stopReading();
      }
    }
  }

  private void idle() throws InterruptedException {
    long now = System.nanoTime();
    if (!isIdle) {
      isIdle = true;
      idleSince = now;
    } else if (now - idleSince >= idleAfterNanos) {
      output().idle();
    }
    boolean unused = doorbell.await(this::hasWork, IDLE_PAUSE_NANOS);
  }

  private void stopReading() {
    isReading = false;
    onStoppedReading.run();
  }

  /** Stops to read before the end. Called by any thread. */
  void stop() {
    isStopping = true;
    wake();
  }

  /** Lets the task end. Called by any thread. */
  void release() {
    isReleased = true;
    wake();
  }

  @Override
  void wake() {
    doorbell.ring();
  }

  @Override
  void aborted(long checkpointId) {}
}
