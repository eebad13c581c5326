// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.StateIoException;
import io.statebackend.s3.ObjectStore.Upload;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Copies large local files to a store and back, several parts at a time. Thread-safe. */
final class Transfers {
  private static final AtomicInteger NUMBERS = new AtomicInteger();
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor threads;
  private final int partSize;

  Transfers(int threadCount, int partSize) {
    this.partSize = partSize;
    this.threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> {
              Thread thread = new Thread(task, "statebackend-s3-" + NUMBERS.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** Something to do with a range of a file. */
  private interface Range {
    void copy(int number, long from, int size) throws IOException;
  }

  /** Puts a local file as the parts of an upload. */
  void upload(Path source, long length, Upload upload) throws IOException {
    int size = (int) Math.max(partSize, -(-length / S3Output.PART_COUNT_MAX));
    try (FileChannel channel = FileChannel.open(source, StandardOpenOption.READ)) {
      inParallel(
          length,
          size,
          (number, from, count) -> {
            ByteBuffer part = ByteBuffer.allocate(count);
            while (part.hasRemaining()) {
              if (channel.read(part, from + part.position()) < 0) {
                throw new EOFException("local file has become shorter: file=" + source);
              }
            }
            upload.put(number, part.array(), count);
          });
    }
  }

  /** Says how to get a range of a file. */
  interface Source {
    byte[] get(long from, int size);
  }

  /** Makes a local file of ranges. Deletes it again if that fails. */
  void download(Source source, long length, Path target) throws IOException {
    FileChannel channel =
        FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    try (channel) {
      inParallel(
          length,
          partSize,
          (number, from, count) -> {
            ByteBuffer part = ByteBuffer.wrap(source.get(from, count));
            while (part.hasRemaining()) {
              channel.write(part, from + part.position());
            }
          });
    } catch (IOException | RuntimeException | Error e) {
      try {
        Files.deleteIfExists(target);
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static void copy(Range range, int number, long from, int size) {
    try {
      range.copy(number, from, size);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Does something with all ranges of a file; returns when none is under way any more. */
  private void inParallel(long length, int size, Range range) throws IOException {
    List<Future<?>> parts = new ArrayList<>();
    int number = 1;
    for (long from = 0; from < length; from += size, number++) {
      int part = number;
      long at = from;
      int count = (int) Math.min(size, length - from);
      parts.add(threads.submit(() -> copy(range, part, at, count)));
    }
    Throwable failure = null;
    boolean wasInterrupted = false;
    for (Future<?> part : parts) {
      if (failure != null && part.cancel(false)) {
        continue; // It had not begun.
      }
      while (true) {
        try {
          Object unused = part.get();
          break;
        } catch (InterruptedException e) {
          wasInterrupted = true; // What was begun has to end before the file can be closed.
        } catch (ExecutionException e) {
          failure = failure == null ? e.getCause() : failure;
          break;
        }
      }
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
    if (failure instanceof UncheckedIOException io) {
      throw io.getCause();
    } else if (failure instanceof RuntimeException runtime) {
      throw runtime;
    } else if (failure instanceof Error error) {
      throw error;
    } else if (failure != null) {
      throw new StateIoException("cannot copy a file", failure);
    }
  }

  void close() {
    threads.shutdown();
  }
}
