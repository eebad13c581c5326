// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.storage.StorageInput;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint consists of: the content of its {@code _metadata}, specified in
 * docs/format/checkpoint-metadata-v1.md.
 *
 * @param checkpointId the number of the checkpoint, 0 or more
 * @param timestampMillis when it was published, in milliseconds since 1970-01-01 UTC
 * @param savepoint the name of the savepoint, or {@code null} for a checkpoint
 * @param operators the parts of all operators
 * @param droppedStates by operator, the names of the states that the program drops; they were
 *     dropped before this checkpoint, so a restore of it does not drop them again
 */
public record CheckpointMetadata(
    long checkpointId,
    long timestampMillis,
    @Nullable String savepoint,
    List<OperatorSnapshots> operators,
    SortedMap<String, SortedSet<String>> droppedStates) {

  /**
   * Creates the metadata of a program that drops no state.
   *
   * @param checkpointId the number of the checkpoint, 0 or more
   * @param timestampMillis when it was published, in milliseconds since 1970-01-01 UTC
   * @param savepoint the name of the savepoint, or {@code null} for a checkpoint
   * @param operators the parts of all operators
   */
  public CheckpointMetadata(
      long checkpointId,
      long timestampMillis,
      @Nullable String savepoint,
      List<OperatorSnapshots> operators) {
    this(checkpointId, timestampMillis, savepoint, operators, new TreeMap<>());
  }

  /**
   * Checks the metadata.
   *
   * @throws IllegalArgumentException if the number is negative, two operators have one id, or a
   *     savepoint refers to a shared file
   */
  public CheckpointMetadata {
    operators = List.copyOf(operators);
    droppedStates = copyOf(droppedStates);
    if (checkpointId < 0) {
      throw new IllegalArgumentException("not a checkpoint: checkpointId=" + checkpointId);
    }
    Set<String> seen = new HashSet<>();
    for (OperatorSnapshots operator : operators) {
      if (!seen.add(operator.operatorId())) {
        throw new IllegalArgumentException(
            "two operators have one id: checkpointId="
                + checkpointId
                + ", operator="
                + operator.operatorId());
      }
    }
    if (savepoint != null) {
      for (FileRef file : files(operators).toList()) {
        if (file.isShared()) {
          throw new IllegalArgumentException(
              "a savepoint is self-contained: savepoint=" + savepoint + ", file=" + file.path());
        }
      }
    }
  }

  private static SortedMap<String, SortedSet<String>> copyOf(
      SortedMap<String, SortedSet<String>> droppedStates) {
    SortedMap<String, SortedSet<String>> copy = new TreeMap<>();
    droppedStates.forEach(
        (operator, states) ->
            copy.put(operator, Collections.unmodifiableSortedSet(new TreeSet<>(states))));
    return Collections.unmodifiableSortedMap(copy);
  }

  /**
   * Returns every file that the checkpoint refers to.
   *
   * @return the files; one that is referred to twice occurs twice
   */
  public Stream<FileRef> files() {
    return files(operators);
  }

  private static Stream<FileRef> files(List<OperatorSnapshots> operators) {
    return operators.stream()
        .flatMap(operator -> operator.subtasks().stream())
        .flatMap(CheckpointMetadata::files);
  }

  private static Stream<FileRef> files(SubtaskSnapshot subtask) {
    NativeSnapshot nativeSnapshot = subtask.nativeSnapshot();
    return Stream.concat(
        Stream.of(subtask.snapshot()),
        nativeSnapshot == null ? Stream.empty() : nativeSnapshot.files().stream());
  }

  /**
   * Returns the bytes of the file.
   *
   * @return a new array
   */
  public byte[] encode() {
    return MetadataFormat.write(this);
  }

  /**
   * Reads the bytes of the file.
   *
   * @param bytes all of the file
   * @param file its name, for messages
   * @return the metadata
   * @throws CorruptStateException if the bytes are damaged or no metadata
   * @throws io.statebackend.api.IncompatibleStateException if they are of a version that this
   *     library does not read
   */
  public static CheckpointMetadata decode(byte[] bytes, String file) {
    return MetadataFormat.read(bytes, file);
  }

  /**
   * Checks the beginning of the file, which takes little memory: whether it is metadata, of a
   * version that this library reads, and as long as it says.
   *
   * @param in the file
   * @param file its name, for messages
   * @throws CorruptStateException if its beginning is damaged or that of no metadata
   * @throws io.statebackend.api.IncompatibleStateException if it is of a version that this library
   *     does not read
   * @throws io.statebackend.api.StateIoException if it cannot be read
   */
  public static void checkBeginning(StorageInput in, String file) {
    MetadataFormat.checkBeginning(in, file);
  }

  /**
   * Reads the file. A file that is not metadata of a checkpoint is refused before memory is
   * allocated for all of it.
   *
   * @param in the file
   * @param file its name, for messages
   * @return the metadata
   * @throws CorruptStateException if the file is damaged or no metadata
   * @throws io.statebackend.api.IncompatibleStateException if it is of a version that this library
   *     does not read
   * @throws io.statebackend.api.StateIoException if it cannot be read
   */
  public static CheckpointMetadata read(StorageInput in, String file) {
    return MetadataFormat.read(in, file);
  }
}
