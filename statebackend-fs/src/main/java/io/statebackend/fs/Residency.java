// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.StateIoException;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Which segments are in memory: the newest ones, oldest first to leave.
 *
 * <pre>
 * full, changed in place  --seal-->  sealed, being written  --written, evict-->  in its file
 * </pre>
 *
 * <p>Nothing is written before memory runs short. Then the oldest eighth is sealed and written
 * ahead by another thread, so that memory can be taken from it at once; if that thread falls
 * behind, the owner waits.
 */
final class Residency implements AutoCloseable {
  private static final int WRITTEN_AHEAD_DIVISOR = 8;

  private final MemoryBudget.Account memory;
  private final SegmentTable segments;
  private final SpillFiles files;
  private final Executor writer;

  /** Full segments that may be changed in place. */
  private final ArrayDeque<Segment> unsealed = new ArrayDeque<>();

  /** Segments that are being written, or were. */
  private final ArrayDeque<Segment> sealed = new ArrayDeque<>();

  private long unsealedBytes;
  private long sealedBytes;

  Residency(MemoryBudget.Account memory, SegmentTable segments, SpillFiles files, Executor writer) {
    this.memory = memory;
    this.segments = segments;
    this.files = files;
    this.writer = writer;
  }

  Iterable<Segment> unsealed() {
    return unsealed;
  }

  /** Takes a segment that is no longer appended to. */
  void add(Segment segment) {
    unsealed.add(segment);
    unsealedBytes += segment.capacity;
  }

  /**
   * Returns memory for a new segment, charged with what belongs to it; takes it from the oldest
   * segments if there is no other.
   *
   * @throws StateIoException if these cannot be written
   */
  byte[] allocate(int capacity) {
    byte[] array = tryAllocate(capacity);
    if (array == null) {
      throw new StateIoException(
          "no memory for a segment of the log: needed=%d bytes, used by the store=%d bytes, available=%d bytes; raise memoryBudgetBytes, or open fewer stores"
              .formatted(
                  capacity + Segment.overheadBytes(capacity),
                  memory.usedBytes(),
                  memory.availableBytes()));
    }
    return array;
  }

  /** Does the same, but returns null if there is no memory. */
  byte @Nullable [] tryAllocate(int capacity) {
    long overheadBytes = Segment.overheadBytes(capacity);
    while (!memory.tryReserve(capacity + overheadBytes)) {
      byte[] freed = evictOldest();
      if (freed == null) {
        return null;
      }
      if (freed.length == capacity && !memory.mustGiveBack()) {
        boolean ignored = memory.charge(overheadBytes);
        writeAhead(capacity);
        return freed;
      }
      memory.release(freed.length);
    }
    writeAhead(capacity);
    return new byte[capacity];
  }

  /** Gives memory of the oldest segment back. Returns whether there was one. */
  boolean release() {
    byte[] freed = evictOldest();
    if (freed == null) {
      return false;
    }
    memory.release(freed.length);
    return true;
  }

  private byte @Nullable [] evictOldest() {
    if (sealed.isEmpty()) {
      if (unsealed.isEmpty()) {
        return null;
      }
      sealOldest();
    }
    Segment oldest = sealed.element();
    awaitWritten(oldest);
    sealed.remove();
    sealedBytes -= oldest.capacity;
    return segments.evict(oldest);
  }

  private void sealOldest() {
    Segment segment = unsealed.remove();
    unsealedBytes -= segment.capacity;
    segment.seal(files.place(segment.base));
    sealed.add(segment);
    sealedBytes += segment.capacity;
    CompletableFuture<Void> unused = beginWriting(segment);
  }

  private CompletableFuture<Void> beginWriting(Segment segment) {
    CompletableFuture<Void> written = CompletableFuture.runAsync(segment::writeToFile, writer);
    segment.setWritten(written);
    return written;
  }

  private void writeAhead(int capacity) {
    if (memory.availableBytes() < 2L * capacity) {
      long target = Math.max(2L * capacity, (unsealedBytes + sealedBytes) / WRITTEN_AHEAD_DIVISOR);
      while (sealedBytes < target && !unsealed.isEmpty()) {
        sealOldest();
      }
    }
  }

  /** Waits until a segment is written. If that failed before, the disk may have room now. */
  private void awaitWritten(Segment segment) {
    CompletableFuture<Void> written = segment.written();
    if (written == null || hasFailed(written)) {
      written = beginWriting(segment);
    }
    try {
      written.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StateIoException("a part of the log was not written: " + cause.getMessage(), cause);
    }
  }

  private static boolean hasFailed(CompletableFuture<Void> written) {
    return written.handle((done, failure) -> failure != null).join();
  }

  /**
   * Frees all that a segment has, which nothing refers to any more.
   *
   * @return whether that was done; not while the segment is being written
   */
  boolean free(Segment segment) {
    CompletableFuture<Void> written = segment.written();
    if (written != null && !written.isDone()) {
      return false;
    }
    long freedBytes = Segment.overheadBytes(segment.capacity);
    if (segment.memory() != null) {
      if (sealed.remove(segment)) {
        sealedBytes -= segment.capacity;
      } else if (unsealed.remove(segment)) {
        unsealedBytes -= segment.capacity;
      }
      freedBytes += segment.capacity;
      byte[] unused = segments.evict(segment);
    }
    if (segment.isSealed()) {
      files.free(segment.file(), segment.base);
    }
    memory.release(freedBytes);
    return true;
  }

  /** Waits until nothing is being written. */
  @Override
  public void close() {
    for (Segment segment : sealed) {
      CompletableFuture<Void> written = segment.written();
      if (written != null) {
        // Whether it succeeded does not matter any more: the file is deleted next.
        written.handle((done, failure) -> failure == null).join();
      }
    }
  }
}
