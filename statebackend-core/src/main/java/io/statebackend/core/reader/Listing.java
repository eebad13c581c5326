// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.checkpoint.catalog.CheckpointCatalog;
import io.statebackend.core.checkpoint.catalog.FileNames;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.reader.CheckpointSummary.Status;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.FileRef;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the list of the checkpoints of a storage, which somebody may be writing to. */
final class Listing {
  private final CheckpointStorage storage;

  /** The lengths of shared files that were looked at, -1 of those that are not there. */
  private final Map<String, Long> sharedLengths = new HashMap<>();

  Listing(CheckpointStorage storage) {
    this.storage = storage;
  }

  List<CheckpointSummary> summaries() {
    List<CheckpointSummary> summaries = new ArrayList<>();
    for (String name : storage.list("")) {
      if (!name.equals(FileNames.SHARED_DIRECTORY)) {
        summary(name).ifPresent(summaries::add);
      }
    }
    summaries.sort(
        Comparator.comparing((CheckpointSummary s) -> FileNames.idOf(s.directory()).isEmpty())
            .thenComparingLong(s -> FileNames.idOf(s.directory()).orElse(0))
            .thenComparing(CheckpointSummary::directory));
    return summaries;
  }

  private Optional<CheckpointSummary> summary(String directory) {
    boolean hasOurName =
        FileNames.looksLikeCheckpoint(directory) || FileNames.isSavepoint(directory);
    List<String> files = filesIn(directory);
    if (files.contains(FileNames.METADATA)) {
      CheckpointSummary summary = read(directory);
      // What fails while it is deleted is not damaged.
      return summary.status() == Status.COMPLETE || filesIn(directory).contains(FileNames.METADATA)
          ? Optional.of(summary)
          : Optional.empty();
    }
    return hasOurName && !files.isEmpty()
        ? Optional.of(unknown(directory, Status.UNFINISHED, "it has no _metadata"))
        : Optional.empty();
  }

  private static CheckpointSummary unknown(String directory, Status status, String problem) {
    return new CheckpointSummary(
        directory, status, FileNames.idOf(directory).orElse(0), null, null, 0, 0, problem);
  }

  private CheckpointSummary read(String directory) {
    StoredCheckpoint checkpoint;
    try {
      checkpoint = CheckpointCatalog.readOwn(storage, directory);
    } catch (CorruptStateException e) {
      return unknown(directory, Status.DAMAGED, message(e));
    } catch (IncompatibleStateException | StateIoException e) {
      return unknown(directory, Status.UNREADABLE, message(e));
    }
    CheckpointMetadata metadata = checkpoint.metadata();
    List<FileRef> files = metadata.files().distinct().toList();
    String problem = "";
    Status status = Status.COMPLETE;
    for (FileRef file : files) {
      try {
        problem = problemOf(file, directory);
        status = problem.isEmpty() ? Status.COMPLETE : Status.DAMAGED;
      } catch (StateIoException e) {
        problem = message(e);
        status = Status.UNREADABLE;
      }
      if (status != Status.COMPLETE) {
        break;
      }
    }
    return new CheckpointSummary(
        directory,
        status,
        metadata.checkpointId(),
        metadata.savepoint(),
        Instant.ofEpochMilli(metadata.timestampMillis()),
        files.stream().mapToLong(FileRef::length).sum(),
        files.stream().filter(file -> !file.isShared()).mapToLong(FileRef::length).sum(),
        problem);
  }

  private static String message(RuntimeException e) {
    return String.valueOf(e.getMessage());
  }

  /** Returns what is wrong with a file, as far as its length tells. */
  private String problemOf(FileRef file, String directory) {
    String path = file.pathFrom(directory);
    long length =
        file.isShared() ? sharedLengths.computeIfAbsent(path, this::lengthOf) : lengthOf(path);
    if (length < 0) {
      return "file is missing: " + path;
    }
    return length == file.length()
        ? ""
        : "file has another length: file=%s, expected=%d, actual=%d"
            .formatted(path, file.length(), length);
  }

  private long lengthOf(String path) {
    try (StorageInput in = storage.open(path)) {
      return in.length();
    } catch (StateIoException e) {
      if (isMissing(e.getCause())) {
        return -1;
      }
      throw e;
    }
  }

  private static boolean isMissing(@Nullable Throwable cause) {
    return cause instanceof NoSuchFileException;
  }

  /** Lists a directory; a plain file holds nothing. */
  private List<String> filesIn(String directory) {
    try {
      return storage.list(directory);
    } catch (StateIoException e) {
      if (e.getCause() instanceof NotDirectoryException) {
        return List.of();
      }
      throw e;
    }
  }
}
