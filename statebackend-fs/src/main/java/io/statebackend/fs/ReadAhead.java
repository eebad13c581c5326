// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.StateIoException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Reads segments of a snapshot in a thread of its own, so that one is read and checked while the
 * owner works on the one before. Closing ends the thread, whatever it is at.
 */
final class ReadAhead implements AutoCloseable {
  private final SegmentReader reader;
  private final ExecutorService thread = Executors.newSingleThreadExecutor(ReadAhead::newThread);

  ReadAhead(SegmentReader reader) {
    this.reader = reader;
  }

  private static Thread newThread(Runnable task) {
    Thread thread = new Thread(task, "statebackend-fs-restore");
    thread.setDaemon(true);
    return thread;
  }

  /** Begins to read a segment into an array that nobody else uses until {@link #await}. */
  Future<SegmentReader.Live> begin(StoredSegment stored, byte[] target) {
    return thread.submit(() -> reader.read(stored, target));
  }

  /**
   * Waits until a segment was read.
   *
   * @throws RuntimeException as {@link SegmentReader#read} has thrown it
   * @throws StateIoException if this thread is interrupted, which stays set
   */
  static SegmentReader.Live await(Future<SegmentReader.Live> reading) {
    try {
      return reading.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StateIoException("interrupted while a snapshot was read", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("a snapshot was not read", e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
    boolean isInterrupted = Thread.interrupted();
    while (!isEnded()) {
      isInterrupted = true;
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until the thread has ended; returns whether that was not interrupted. */
  private boolean isEnded() {
    try {
      return thread.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }
}
