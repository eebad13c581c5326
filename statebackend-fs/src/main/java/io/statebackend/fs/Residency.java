// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.MemoryUse.Part;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/*
 * Which thread may take memory
 *
 * A segment that may be changed in place belongs to its owner alone, for nothing tells other
 * threads whether the owner is just writing into it. A sealed segment never changes again. Its
 * bytes can be written to a file by any thread, and its memory can be taken by any thread: the
 * owner finds either the array, whose bytes stay what they are because an array that another thread
 * takes is not used again but left to the garbage collector, or no array, and reads the file. So
 * the owner needs no lock to read (see SegmentTable and RecordView), and an idle one need not come
 * by for others to get memory.
 *
 * What is sealed when
 *
 * The owner seals what it takes memory from, oldest first. Beyond that it seals what costs it
 * nothing, since it is kept for native snapshots and so is never changed in place: segments that
 * were restored, and at each image those before the last snapshot. And a store that is not alone
 * seals the oldest of what exceeds half of its equal share. A sealed segment is not written before
 * memory is needed.
 */

/**
 * Which segments are in memory: the newest ones, oldest first to leave.
 *
 * <pre>
 * unsealed, changed in place  --seal-->  sealed  --write-->  being written  --evict-->  in its file
 * </pre>
 *
 * <p>Nothing is written before memory runs short. Then the oldest eighth is written ahead by
 * another thread, so that memory can be taken from it at once; if that thread falls behind, whoever
 * needs memory waits.
 */
final class Residency implements AutoCloseable, MemoryBudget.Lender {
  private static final int WRITTEN_AHEAD_DIVISOR = 8;

  private final MemoryBudget.Account memory;
  private final SegmentTable segments;
  private final SpillFiles files;
  private final Executor writer;

  /** Full segments that may be changed in place. Belongs to the owner. */
  private final ArrayDeque<Segment> unsealed = new ArrayDeque<>();

  /** Segments that never change again. Guarded by this. */
  private final ArrayDeque<Segment> sealed = new ArrayDeque<>();

  /** Segments that are being written, or were. Guarded by this. */
  private final ArrayDeque<Segment> written = new ArrayDeque<>();

  /** Belongs to the owner. */
  private long unsealedBytes;

  /** What is in {@code sealed} and {@code written}. Changed under the lock. */
  private volatile long lentBytes;

  /** Guarded by this. */
  private long writtenBytes;

  /** Guarded by this. */
  private boolean closed;

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
    long max = memory.privateBytesMax();
    while (unsealedBytes > max && !unsealed.isEmpty()) {
      sealOldest();
    }
  }

  /** Takes a segment that never changes. */
  void addSealed(Segment segment) {
    unsealed.add(segment);
    unsealedBytes += segment.capacity;
    sealUpTo(segment.id);
  }

  /** Seals the segments up to one. */
  void sealUpTo(long segmentId) {
    while (!unsealed.isEmpty() && unsealed.element().id <= segmentId) {
      sealOldest();
    }
  }

  /**
   * Returns memory for a new segment, charged with what belongs to it; takes it from the oldest
   * segments if there is no other. Returns null if that is not enough.
   *
   * @throws StateIoException if these cannot be written
   */
  byte @Nullable [] tryAllocate(int capacity) {
    int overheadBytes = segments.overheadBytes(capacity);
    while (!memory.tryReserve(Part.LOG, (long) capacity + overheadBytes)) {
      if (memory.isBelowShare() && memory.takeBeyondShare()) {
        continue;
      }
      byte[] freed = evictOldest();
      if (freed == null) {
        if (memory.takeBeyondFloor()) {
          continue;
        }
        return null;
      }
      if (freed.length == capacity && !memory.mustGiveBack()) {
        boolean ignored = memory.charge(Part.INDEX, overheadBytes);
        writeAhead(capacity);
        return freed;
      }
      memory.release(Part.LOG, freed.length);
    }
    memory.move(Part.LOG, Part.INDEX, overheadBytes);
    writeAhead(capacity);
    return new byte[capacity];
  }

  /**
   * Returns memory of the margin for a new segment of a store that is restored, if there is any.
   */
  byte @Nullable [] tryAllocateFromMargin(int capacity, int lastBytesDivisor) {
    int overheadBytes = segments.overheadBytes(capacity);
    if (!memory.tryCharge(Part.LOG, (long) capacity + overheadBytes, lastBytesDivisor)) {
      return null;
    }
    memory.move(Part.LOG, Part.INDEX, overheadBytes);
    return new byte[capacity];
  }

  /**
   * Gives memory back, own or that of others, for what cannot be done without.
   *
   * @return whether there was any
   */
  boolean release() {
    boolean isBeyondLimit = memory.isBeyondLimit();
    if (isBeyondLimit && memory.isBelowShare() && memory.takeBeyondShare()) {
      return true;
    }
    byte[] freed = evictOldest();
    if (freed == null) {
      return isBeyondLimit && memory.takeBeyondFloor();
    }
    memory.release(Part.LOG, freed.length);
    return true;
  }

  @Override
  public long lentBytes() {
    return lentBytes;
  }

  @Override
  public boolean giveBackOldest() {
    Segment oldest;
    CompletableFuture<Void> writing;
    synchronized (this) {
      oldest = oldestWritten();
      if (oldest == null) {
        return false;
      }
      writing = writing(oldest);
    }
    if (hasFailed(writing)) {
      // Whoever needs memory of its own store's segments is told why.
      return false;
    }
    synchronized (this) {
      if (closed || !written.remove(oldest)) {
        // Somebody else gave it back.
        return true;
      }
      forgetWritten(oldest);
      // Dropped and not used again: the owner may still read it.
      memory.release(Part.LOG, segments.evict(oldest).length);
      return true;
    }
  }

  private byte @Nullable [] evictOldest() {
    while (true) {
      Segment oldest;
      CompletableFuture<Void> writing;
      synchronized (this) {
        if (sealed.isEmpty() && written.isEmpty() && !unsealed.isEmpty()) {
          sealOldest();
        }
        oldest = oldestWritten();
        if (oldest == null) {
          return null;
        }
        writing = writing(oldest);
      }
      await(writing);
      synchronized (this) {
        if (written.remove(oldest)) {
          forgetWritten(oldest);
          return segments.evict(oldest);
        }
      }
    }
  }

  private synchronized void forgetWritten(Segment segment) {
    writtenBytes -= segment.capacity;
    lentBytes -= segment.capacity;
  }

  private void sealOldest() {
    Segment segment = unsealed.remove();
    unsealedBytes -= segment.capacity;
    segment.seal(files.place(segment.base));
    synchronized (this) {
      sealed.add(segment);
      lentBytes += segment.capacity;
    }
  }

  /** Returns the oldest segment that is being written, or begins to write one. */
  private synchronized @Nullable Segment oldestWritten() {
    if (written.isEmpty()) {
      writeOldest();
    }
    return closed ? null : written.peek();
  }

  private synchronized void writeOldest() {
    Segment segment = sealed.poll();
    if (segment != null) {
      written.add(segment);
      writtenBytes += segment.capacity;
      CompletableFuture<Void> unused = beginWriting(segment);
    }
  }

  private CompletableFuture<Void> beginWriting(Segment segment) {
    CompletableFuture<Void> writing = CompletableFuture.runAsync(segment::writeToFile, writer);
    segment.setWritten(writing);
    return writing;
  }

  private void writeAhead(int capacity) {
    if (memory.availableBytes() < 2L * capacity) {
      long target = Math.max(2L * capacity, (unsealedBytes + lentBytes) / WRITTEN_AHEAD_DIVISOR);
      while (lentBytes < target && !unsealed.isEmpty()) {
        sealOldest();
      }
      synchronized (this) {
        while (writtenBytes < target && !sealed.isEmpty()) {
          writeOldest();
        }
      }
    }
  }

  /** Returns what ends when a segment is written. If that failed, the disk may have room now. */
  private synchronized CompletableFuture<Void> writing(Segment segment) {
    CompletableFuture<Void> writing = segment.written();
    return writing == null || writing.isCompletedExceptionally() ? beginWriting(segment) : writing;
  }

  private static void await(CompletableFuture<Void> writing) {
    try {
      writing.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new StateIoException("a part of the log was not written: " + cause.getMessage(), cause);
    }
  }

  private static boolean hasFailed(CompletableFuture<Void> writing) {
    return writing.handle((done, failure) -> failure != null).join();
  }

  /**
   * Frees all that a segment has, which nothing refers to any more.
   *
   * @return whether that was done; not while the segment is being written
   */
  synchronized boolean free(Segment segment) {
    CompletableFuture<Void> writing = segment.written();
    if (writing != null && !writing.isDone()) {
      return false;
    }
    if (segment.memory() != null) {
      if (written.remove(segment)) {
        forgetWritten(segment);
      } else if (sealed.remove(segment)) {
        lentBytes -= segment.capacity;
      } else if (unsealed.remove(segment)) {
        unsealedBytes -= segment.capacity;
      }
      memory.release(Part.LOG, segment.capacity);
      byte[] unused = segments.evict(segment);
    }
    if (segment.isSealed()) {
      files.free(segment.file(), segment.base);
    }
    memory.release(Part.INDEX, segments.overheadBytes(segment.capacity));
    return true;
  }

  /** Gives nothing back any more, and waits until nothing is being written. */
  @Override
  public void close() {
    ArrayDeque<Segment> begun;
    synchronized (this) {
      closed = true;
      lentBytes = 0;
      begun = new ArrayDeque<>(written);
    }
    for (Segment segment : begun) {
      CompletableFuture<Void> writing = segment.written();
      if (writing != null) {
        // Whether it succeeded does not matter any more: the file is deleted next.
        boolean ignored = hasFailed(writing);
      }
    }
  }
}
