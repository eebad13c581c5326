// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.StorageInput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Moves files between databases and checkpoints, several at a time: by links if the storage
 * supports them, otherwise by copying. Thread-safe.
 */
final class Transfers implements AutoCloseable {
  private static final int PIECE_BYTES = 64 << 10;

  private final ExecutorService threads;

  Transfers(int threadCount) {
    this.threads = Executors.newFixedThreadPool(threadCount, Transfers::newThread);
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "statebackend-rocksdb-transfer");
    thread.setDaemon(true);
    return thread;
  }

  /** Makes files of the database new files of a checkpoint; returns them in their order. */
  List<SnapshotManifest.StoredFile> upload(List<Path> sources, NativeFiles target) {
    return all(sources, source -> upload(source, target));
  }

  private static SnapshotManifest.StoredFile upload(Path source, NativeFiles target) {
    String name = target.importFile(source);
    return new SnapshotManifest.StoredFile(
        String.valueOf(source.getFileName()), name, lengthOf(source));
  }

  private static long lengthOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new StateIoException("cannot read a file of the database: file=" + file, e);
    }
  }

  /** Puts files of a checkpoint into a directory, under their names in the database. */
  void download(List<SnapshotManifest.StoredFile> sources, NativeFiles files, Path directory) {
    all(
        sources,
        source -> {
          download(source, files, directory.resolve(source.databaseName()));
          return Boolean.TRUE;
        });
  }

  private static void download(SnapshotManifest.StoredFile source, NativeFiles files, Path target) {
    if (source.isTableFile()) {
      files.exportFile(source.storedName(), target);
    } else {
      // The database may write to all but table files: a link would change the checkpoint.
      copy(source, files, target);
    }
    long length = lengthOf(target);
    if (length != source.length()) {
      throw new CorruptStateException(
          "file has another length than was written: expected=%d, actual=%d"
              .formatted(source.length(), length),
          source.storedName(),
          CorruptStateException.UNKNOWN_OFFSET);
    }
  }

  private static void copy(SnapshotManifest.StoredFile source, NativeFiles files, Path target) {
    try (StorageInput in = files.open(source.storedName());
        OutputStream out = Files.newOutputStream(target)) {
      byte[] piece = new byte[PIECE_BYTES];
      for (long at = 0; at < in.length(); at += piece.length) {
        int length = (int) Math.min(piece.length, in.length() - at);
        in.read(at, piece, 0, length);
        out.write(piece, 0, length);
      }
    } catch (IOException e) {
      throw new StateIoException("cannot write a file of the database: file=" + target, e);
    }
  }

  /** Copies a file. */
  private interface Copy<S, T> {
    T copy(S source);
  }

  /** Does copies, as many at once as there are threads; the first error ends those not begun. */
  private <S, T> List<T> all(List<S> sources, Copy<S, T> copy) {
    AtomicBoolean isGivenUp = new AtomicBoolean();
    List<Callable<T>> tasks = new ArrayList<>();
    for (S source : sources) {
      tasks.add(
          () -> {
            if (isGivenUp.get()) {
              throw new CancellationException();
            }
            try {
              return copy.copy(source);
            } catch (RuntimeException e) {
              isGivenUp.set(true);
              throw e;
            }
          });
    }
    try {
      return results(threads.invokeAll(tasks));
    } catch (InterruptedException e) {
      isGivenUp.set(true);
      Thread.currentThread().interrupt();
      throw new StateIoException("interrupted while files were copied", e);
    } catch (RejectedExecutionException e) {
      throw new StateClosedException("the rocksdb state backend is closed");
    }
  }

  private static <T> List<T> results(List<Future<T>> futures) throws InterruptedException {
    List<T> results = new ArrayList<>();
    @Nullable StateException failure = null;
    for (Future<T> future : futures) {
      try {
        results.add(future.get());
      } catch (ExecutionException e) {
        Throwable cause = e.getCause();
        if (cause instanceof CancellationException) {
          continue; // not begun, as another one failed: whose error may come later in the list
        }
        StateException translated =
            cause instanceof StateException state
                ? state
                : new StateIoException("cannot copy a file", cause);
        if (failure == null) {
          failure = translated;
        } else {
          failure.addSuppressed(translated);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return results;
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
