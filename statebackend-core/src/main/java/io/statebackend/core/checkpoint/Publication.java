// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.core.checkpoint.CheckpointFigures.SubtaskFigures;
import io.statebackend.core.checkpoint.catalog.FileNames;
import io.statebackend.core.checkpoint.catalog.SharedFiles;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.FileRef;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.state.SubtaskPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last step of a checkpoint whose snapshots are all written: its metadata and its figures. It
 * does not know how the checkpoint ends. One thread uses it.
 */
final class Publication {
  private static final Logger logger = LoggerFactory.getLogger(Publication.class);

  /**
   * The checkpoint.
   *
   * @param id its number
   * @param directory its directory
   * @param savepoint the name of the savepoint, or {@code null}
   * @param description what it is called in messages
   * @param startNanos when it was triggered
   */
  record Checkpoint(
      long id, String directory, @Nullable String savepoint, String description, long startNanos) {}

  /**
   * The snapshot of a subtask that is written.
   *
   * @param position the subtask
   * @param snapshot where it is
   * @param figures what it cost
   */
  record Acknowledged(SubtaskPosition position, SubtaskSnapshot snapshot, SubtaskFigures figures) {

    /** Measures what was written from one moment to another. */
    static Acknowledged of(
        SnapshotTask task, SnapshotTask.Written written, long startNanos, long endNanos) {
      SubtaskPosition position = task.subtask().position();
      SnapshotTask.Taken taken = task.taken();
      return new Acknowledged(
          position,
          written.snapshot(),
          new SubtaskFigures(
              position.operatorId(),
              position.subtask(),
              Optional.ofNullable(taken.alignmentNanos()).map(Duration::ofNanos),
              Duration.ofNanos(taken.freezeNanos()),
              Duration.ofNanos(Math.max(0, startNanos - taken.takenAtNanos())),
              Duration.ofNanos(endNanos - startNanos),
              sizeBytes(written.snapshot()),
              written.bytesWritten()));
    }

    private static long sizeBytes(SubtaskSnapshot snapshot) {
      long bytes = snapshot.snapshot().length();
      if (snapshot.nativeSnapshot() != null) {
        bytes += snapshot.nativeSnapshot().files().stream().mapToLong(FileRef::length).sum();
      }
      return bytes;
    }
  }

  private final CheckpointRun.Parts parts;
  private final Checkpoint checkpoint;
  private final List<Acknowledged> snapshots;
  private final Map<Subtask, SharedFiles> sharedFiles;
  private final long startNanos;
  private final StoredCheckpoint stored;
  private final byte[] metadata;

  /**
   * Makes the metadata.
   *
   * @param snapshots what it consists of, in the order in which it was written
   * @param sharedFiles the files of engines that it refers to
   */
  Publication(
      CheckpointRun.Parts parts,
      Checkpoint checkpoint,
      List<Acknowledged> snapshots,
      Map<Subtask, SharedFiles> sharedFiles) {
    this.parts = parts;
    this.checkpoint = checkpoint;
    this.snapshots = snapshots;
    this.sharedFiles = sharedFiles;
    this.startNanos = parts.timer().nanoTime();
    this.stored = new StoredCheckpoint(parts.storage(), checkpoint.directory(), makeMetadata());
    this.metadata = stored.metadata().encode();
  }

  private CheckpointMetadata makeMetadata() {
    Map<String, List<SubtaskSnapshot>> byOperator = new TreeMap<>();
    Map<String, SubtaskPosition> positions = new HashMap<>();
    for (Acknowledged written : snapshots) {
      SubtaskPosition position = written.position();
      byOperator
          .computeIfAbsent(position.operatorId(), key -> new ArrayList<>())
          .add(written.snapshot());
      positions.put(position.operatorId(), position);
    }
    List<OperatorSnapshots> operators = new ArrayList<>();
    byOperator.forEach(
        (operatorId, subtasks) -> {
          SubtaskPosition any = requireNonNull(positions.get(operatorId));
          subtasks.sort(Comparator.comparingInt(SubtaskSnapshot::subtask));
          operators.add(
              new OperatorSnapshots(operatorId, any.parallelism(), any.maxParallelism(), subtasks));
        });
    return new CheckpointMetadata(
        checkpoint.id(),
        parts.clock().millis(),
        checkpoint.savepoint(),
        operators,
        parts.settings().droppedStates());
  }

  /** Returns the checkpoint as it is when it was published. */
  StoredCheckpoint stored() {
    return stored;
  }

  /**
   * Checks that the checkpoint could be restored.
   *
   * @return the bytes that will be published
   * @throws StateIoException if files that it refers to are gone, or it could not be read again
   */
  byte[] prepare() {
    if (metadata.length > StoredCheckpoint.METADATA_SIZE_BYTES_MAX) {
      throw new StateIoException(
          "the metadata of %s is too long to be read again: length=%d, limit=%d; use fewer subtasks, or larger files of the engine"
              .formatted(
                  checkpoint.description(),
                  metadata.length,
                  StoredCheckpoint.METADATA_SIZE_BYTES_MAX));
    }
    checkReusedFiles();
    return metadata;
  }

  /** Publishes the checkpoint: when this returns, it is complete and durable. */
  void publish() {
    parts.storage().publish(checkpoint.directory() + "/" + FileNames.METADATA, metadata);
  }

  /** Looks whether the files of earlier checkpoints that this one refers to are still there. */
  private void checkReusedFiles() {
    if (sharedFiles.values().stream().allMatch(used -> used.reused().isEmpty())) {
      return;
    }
    Set<String> present = new HashSet<>(parts.storage().list(FileNames.SHARED_DIRECTORY));
    Set<String> missing = new TreeSet<>();
    Map<String, String> unaware = new TreeMap<>();
    sharedFiles.forEach(
        (subtask, used) -> {
          Set<String> gone = new TreeSet<>(used.reused());
          gone.removeAll(present);
          if (!gone.isEmpty()) {
            missing.addAll(gone);
            Throwable failure = forgetFiles(subtask);
            if (failure != null) {
              unaware.put(subtask.describe(), String.valueOf(failure));
            }
          }
        });
    if (!missing.isEmpty()) {
      throw new StateIoException(
          "files of earlier checkpoints to which %s refers are gone: directory=%s/%s, files=%s; somebody has deleted them, and the complete checkpoints that refer to them cannot be restored any more; %s"
              .formatted(
                  checkpoint.description(),
                  parts.storage().location(),
                  FileNames.SHARED_DIRECTORY,
                  missing,
                  unaware.isEmpty()
                      ? "the next checkpoint writes everything anew"
                      : "the next checkpoint fails as well unless the engines can be told to write everything anew, which failed: %s; a savepoint does not need the files"
                          .formatted(unaware)));
    }
  }

  /** Has an engine write everything anew in its next snapshot; returns why that is not possible. */
  private static @Nullable Throwable forgetFiles(Subtask subtask) {
    try {
      subtask.states().nativeSnapshots().ifPresent(NativeSnapshots::forgetFiles);
      return null;
    } catch (Throwable e) {
      logger.warn(
          "the engine of {} cannot be told to write everything anew", subtask.describe(), e);
      return e;
    }
  }

  /** Returns the checkpoint with what it cost until now. */
  CompletedCheckpoint measured() {
    long now = parts.timer().nanoTime();
    List<SubtaskFigures> subtasks = snapshots.stream().map(Acknowledged::figures).toList();
    return CompletedCheckpoint.of(
        stored,
        new CheckpointFigures(
            Duration.ofNanos(now - checkpoint.startNanos()),
            Duration.ofNanos(now - startNanos),
            subtasks.stream().mapToLong(SubtaskFigures::bytesWritten).sum(),
            subtasks));
  }

  /** Logs what a completed checkpoint cost, in one line. */
  void log(CompletedCheckpoint completed) {
    CheckpointFigures measured = completed.figures();
    logger.info(
        "{} completed: total={} ms, publish={} ms, bytes={}, written={}, slowest={},"
            + " directory={}/{}",
        checkpoint.description(),
        millis(measured.total()),
        millis(measured.publish()),
        completed.sizeBytes(),
        measured.bytesWritten(),
        measured.slowest().map(Publication::describe).orElse("none"),
        parts.storage().location(),
        checkpoint.directory());
  }

  private static String describe(SubtaskFigures subtask) {
    return "%s[%d] (%sfreeze=%s ms, queue=%s ms, write=%s ms)"
        .formatted(
            subtask.operatorId(),
            subtask.subtask(),
            subtask.alignment().map(wait -> "alignment=" + millis(wait) + " ms, ").orElse(""),
            millis(subtask.freeze()),
            millis(subtask.queue()),
            millis(subtask.write()));
  }

  private static String millis(Duration duration) {
    return String.format(Locale.ROOT, "%.1f", duration.toNanos() / 1e6);
  }
}
