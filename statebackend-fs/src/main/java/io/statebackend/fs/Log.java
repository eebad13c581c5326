// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.MemoryUse.Part;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records of a store, one after the other.
 *
 * <p>An operation first makes sure that what it appends fits ({@link #fits}, otherwise {@link
 * #makeRoom}). Only then it looks up and changes. Everything that can fail or wait happens in
 * {@link #makeRoom}, so an operation is done completely or not at all. Memory is taken from
 * segments only there, so the records that an operation has looked up do not move until it ends.
 */
final class Log implements AutoCloseable {
  /** How much is appended at most before housekeeping gets its turn. */
  private static final int HOUSEKEEPING_BYTES = 16 << 10;

  private static final int CAPACITY_MIN = 64 << 10;

  /** If memory is scarce, segments may be as small as this. */
  private static final int SCARCE_CAPACITY_MIN = 4 << 10;

  /** A store begins with small segments; they grow with it. */
  private static final int SEGMENTS_PER_LOG = 16;

  /** Arrays of just less than a power of two waste no room in the regions of the heap. */
  private static final int ARRAY_HEADER_BYTES = 64;

  /**
   * How much of all memory is to remain when entries are removed, which may take memory before it
   * gives some.
   */
  private static final int LAST_BYTES_DIVISOR = 32;

  /** The same while the store is restored: what could be written can be restored. */
  private static final int RESTORING_LAST_BYTES_DIVISOR = 64;

  private static final String WAY_OUT =
      "raise memoryBudgetBytes, or divide the state among more processes";

  /** The size of a record in an index whose chunks begin with the capacity they will need. */
  private static final int INDEX_BYTES_PER_RECORD_MAX = 16;

  private final String owner;
  private final int segmentSizeBytes;
  private final MemoryBudget.Account memory;
  private final Images images;
  private final SegmentTable segments;
  private final Residency residency;
  private final Cleaner cleaner;
  private final List<Segment> retired = new ArrayList<>();

  private Segment active = Segment.NONE;

  /** Up to here the active segment may be filled before housekeeping gets its turn. */
  private int roomEnd = Segment.HEADER_BYTES;

  private boolean isShortOfMemory;
  private boolean isRestoring;
  private boolean closed;

  /** The memory reserved for snapshots is enough for segments up to this size. */
  private int largestSegmentBytes;

  private long nextSegmentId;
  private long usedBytes;
  private long liveBytes;

  /** The newest image that the offsets of mutable records allow for. */
  private long frozenEpoch = -1;

  /**
   * What native snapshots contain or will contain: it is never changed in place. Guarded by this.
   */
  private FreezePoint kept = FreezePoint.NOTHING;

  /** A position in the log: it stands for everything that was appended before it. */
  record FreezePoint(long segmentId, int offset) {
    static final FreezePoint NOTHING = new FreezePoint(-1, 0);

    FreezePoint max(FreezePoint other) {
      boolean isLater =
          segmentId != other.segmentId ? segmentId > other.segmentId : offset > other.offset;
      return isLater ? this : other;
    }

    /** Returns where in a segment the records begin that were appended later. */
    int offsetIn(Segment segment) {
      if (segment.id == segmentId) {
        return offset;
      }
      return segment.id < segmentId ? Integer.MAX_VALUE : Segment.HEADER_BYTES;
    }
  }

  /**
   * Creates an empty log.
   *
   * @param owner what messages call the store
   */
  Log(
      String owner,
      Settings settings,
      MemoryBudget.Account memory,
      Images images,
      SegmentTable segments,
      Residency residency,
      TableRegistry tables) {
    this.owner = owner;
    this.segmentSizeBytes = settings.segmentSizeBytes();
    this.largestSegmentBytes = Math.min(CAPACITY_MIN, segmentSizeBytes);
    this.memory = memory;
    this.images = images;
    this.segments = segments;
    this.residency = residency;
    this.cleaner = new Cleaner(settings.spaceAmplification(), this, segments, tables);
  }

  SegmentTable segments() {
    return segments;
  }

  /** Returns the bytes of all segments that have live records, dead records included. */
  long usedBytes() {
    return usedBytes;
  }

  /** Returns the bytes of live records. */
  long liveBytes() {
    return liveBytes;
  }

  int segmentSizeBytes() {
    return segmentSizeBytes;
  }

  Segment active() {
    return active;
  }

  /** Tells whether records of this total size can be appended now. */
  boolean fits(long bytes) {
    return bytes <= roomEnd - active.size;
  }

  /**
   * Makes room for a number of bytes. Earlier addresses and views become invalid.
   *
   * @param state what the bytes are for, for messages
   * @throws IllegalArgumentException if no record can be so large
   * @throws StateIoException if memory cannot be taken from older segments, or is not enough
   */
  void makeRoom(long bytes, String state) {
    checkOpen();
    if (bytes > RecordLayout.SIZE_BYTES_MAX) {
      throw new IllegalArgumentException(
          "entry is too large: state=%s, %s, size=%d bytes, max=%d bytes; divide it, for instance among the entries of a list or map"
              .formatted(state, owner, bytes, RecordLayout.SIZE_BYTES_MAX));
    }
    int needed = (int) bytes;
    freeRetired();
    cleaner.step(Math.max(HOUSEKEEPING_BYTES, bytes));
    isShortOfMemory = false;
    if (!giveBack() && memory.isBeyondLimit() && !isRestoring) {
      throw tooSmallForIndex("state=" + state);
    }
    ensureRoom(needed, state);
    roomEnd = Math.min(active.capacity, active.size + Math.max(needed, HOUSEKEEPING_BYTES));
  }

  /** Makes room for a number of bytes, without housekeeping. */
  void ensureRoom(int bytes, String state) {
    if (bytes > active.capacity - active.size) {
      roll(bytes, state);
    }
    roomEnd = Math.max(roomEnd, active.size + bytes);
  }

  /** Refuses work from now on, and waits for what is being written; it does not matter any more. */
  @Override
  public void close() {
    closed = true;
    active = Segment.NONE;
    roomEnd = Segment.HEADER_BYTES;
    residency.close();
  }

  /**
   * Checks that the store is open.
   *
   * @throws StateClosedException if it is closed
   */
  void checkOpen() {
    if (closed) {
      throw new StateClosedException("the store is closed: " + owner);
    }
  }

  /** Tells whether there is room to make the index of this number of records larger than needed. */
  boolean hasRoomForIndex(long recordCount) {
    return recordCount * INDEX_BYTES_PER_RECORD_MAX < memory.obtainableBytes();
  }

  /** Tells whether the store is being restored, which may use more of the margin than writes. */
  void setRestoring(boolean restoring) {
    isRestoring = restoring;
  }

  private void freeRetired() {
    retired.removeIf(
        segment -> {
          if (images.mayReferTo(segment.retiredIn) || !residency.free(segment)) {
            return false;
          }
          segments.remove(segment);
          return true;
        });
  }

  /** Charges memory that an operation cannot do without; the next one gives other memory back. */
  void charge(long bytes) {
    if (memory.charge(Part.INDEX, bytes)) {
      isShortOfMemory = true;
      roomEnd = Segment.HEADER_BYTES;
    }
  }

  /**
   * Frees memory that was charged beyond the limit. Earlier views become invalid.
   *
   * @throws StateIoException if there is too little left that could be given back
   */
  void giveBackIfShort() {
    if (isShortOfMemory) {
      isShortOfMemory = false;
      int divisor = isRestoring ? RESTORING_LAST_BYTES_DIVISOR : LAST_BYTES_DIVISOR;
      if (!giveBack() && memory.isExhausted(divisor)) {
        isShortOfMemory = true;
        throw tooSmallForIndex("live records=" + liveBytes + " bytes");
      }
    }
  }

  private StateIoException tooSmallForIndex(String what) {
    return new StateIoException(
        "the memory budget is too small for the index: %s, %s, used by the store=%s bytes, memoryBudgetBytes=%d; %s"
            .formatted(what, owner, memory.parts(), memory.totalBytes(), WAY_OUT));
  }

  /** Frees memory as long as the budget asks for it; returns whether there was enough. */
  private boolean giveBack() {
    while (memory.mustGiveBack()) {
      if (!residency.release()) {
        return false;
      }
    }
    return true;
  }

  /** Begins a new segment with room for a number of bytes. */
  private void roll(int bytes, String state) {
    closeActive();
    int wanted = capacityFor(bytes);
    // If there is too little memory for snapshots of larger segments, smaller ones do as well.
    int capacity = reserveForSnapshots(wanted) ? wanted : Math.min(wanted, minCapacityFor(bytes));
    int least = Math.max(SCARCE_CAPACITY_MIN, minBytes(bytes));
    // The segment that a store appends to cannot be lent, so it leaves the others their shares.
    long room = memory.shareOfLogBytes();
    while (capacity > room && capacity / 2 >= least) {
      capacity /= 2;
    }
    byte[] array = tryAllocate(capacity);
    while (array == null && capacity / 2 >= least) {
      capacity /= 2;
      array = tryAllocate(capacity);
    }
    if (array == null) {
      throw noMemory(capacity, "state=" + state);
    }
    addActive(new Segment(nextSegmentId++, segments.allocate(capacity), array));
  }

  private static int minBytes(int recordBytes) {
    return Segment.HEADER_BYTES + recordBytes;
  }

  int largestSegmentBytes() {
    return largestSegmentBytes;
  }

  /**
   * Reserves what snapshots need if there are segments of a size; returns whether there was that.
   */
  private boolean reserveForSnapshots(int capacity) {
    int size = Math.min(capacity + ARRAY_HEADER_BYTES, segmentSizeBytes);
    if (size > largestSegmentBytes) {
      long more = FsSnapshots.reservedBytes(size) - FsSnapshots.reservedBytes(largestSegmentBytes);
      if (!tryReserve(Part.IMAGES, more)) {
        return false;
      }
      largestSegmentBytes = size;
    }
    return true;
  }

  private byte[] allocate(int capacity, String what) {
    byte[] array = tryAllocate(capacity);
    if (array == null) {
      throw noMemory(capacity, what);
    }
    return array;
  }

  private byte @Nullable [] tryAllocate(int capacity) {
    byte[] array = residency.tryAllocate(capacity);
    return array == null && isRestoring
        ? residency.tryAllocateFromMargin(capacity, RESTORING_LAST_BYTES_DIVISOR)
        : array;
  }

  private StateIoException noMemory(int capacity, String what) {
    return new StateIoException(
        "no memory for a segment of the log: needed=%d bytes, available=%d bytes, %s, %s, used by the store=%s bytes, memoryBudgetBytes=%d; %s"
            .formatted(
                (long) capacity + segments.overheadBytes(capacity),
                memory.availableBytes(),
                what,
                owner,
                memory.parts(),
                memory.totalBytes(),
                WAY_OUT));
  }

  private void addActive(Segment segment) {
    segment.mutableFrom = Segment.HEADER_BYTES;
    segments.add(segment);
    usedBytes += segment.size;
    active = segment;
    roomEnd = Segment.HEADER_BYTES;
  }

  private void closeActive() {
    Segment full = active;
    if (full != Segment.NONE) {
      active = Segment.NONE;
      roomEnd = Segment.HEADER_BYTES;
      full.end();
      residency.add(full);
      if (full.liveBytes == 0) {
        retire(full);
      }
    }
  }

  private int capacityFor(int bytes) {
    long grown = Long.highestOneBit(Math.max(1, usedBytes / SEGMENTS_PER_LOG));
    int wanted = (int) Math.min(segmentSizeBytes, Math.max(CAPACITY_MIN, grown));
    int capacity = Math.min(segmentSizeBytes, wanted) - ARRAY_HEADER_BYTES;
    return Math.max(capacity, minBytes(bytes));
  }

  private int minCapacityFor(int bytes) {
    int capacity = largestSegmentBytes - ARRAY_HEADER_BYTES;
    return bytes > capacity - Segment.HEADER_BYTES ? minBytes(bytes) : capacity;
  }

  /** Appends a record whose bytes are to be written by the caller; it fits. */
  int append(int sizeBytes) {
    Segment segment = active;
    int offset = segment.size;
    segment.size = offset + sizeBytes;
    segment.liveBytes += sizeBytes;
    usedBytes += sizeBytes;
    liveBytes += sizeBytes;
    return offset;
  }

  /** Takes note that a record is no longer in the index. */
  void died(Segment segment, int sizeBytes) {
    segment.liveBytes -= sizeBytes;
    liveBytes -= sizeBytes;
    if (segment.liveBytes == 0 && segment != active) {
      retire(segment);
    }
  }

  private void retire(Segment segment) {
    segment.isRetired = true;
    segment.retiredIn = images.epoch();
    usedBytes -= segment.size;
    retired.add(segment);
  }

  /**
   * Adds a segment for bytes of a snapshot, whose records come into the index next.
   *
   * @throws StateIoException if there is no memory for it
   */
  Segment beginAdopted(int size) {
    prepareToAdopt();
    if (!reserveForSnapshots(size)) {
      throw noMemory(size, "while restoring");
    }
    return addAdopted(size, allocate(size, "while restoring"));
  }

  /** Does the same, but returns null if there is no memory. */
  @Nullable Segment tryBeginAdopted(int size) {
    prepareToAdopt();
    byte[] array = reserveForSnapshots(size) ? residency.tryAllocate(size) : null;
    return array == null ? null : addAdopted(size, array);
  }

  private void prepareToAdopt() {
    freeRetired();
    giveBackIfShort();
    closeActive();
  }

  private Segment addAdopted(int size, byte[] array) {
    Segment segment = new Segment(nextSegmentId++, segments.allocate(size), array);
    segment.size = size;
    segment.mutableFrom = Integer.MAX_VALUE;
    segments.add(segment);
    usedBytes += size;
    keep(new FreezePoint(nextSegmentId, 0));
    return segment;
  }

  /** Takes note that a record of an adopted segment is in the index. */
  void adopted(Segment segment, int sizeBytes) {
    segment.liveBytes += sizeBytes;
    liveBytes += sizeBytes;
  }

  /** Ends what {@link #beginAdopted} or {@link #tryBeginAdopted} began. */
  void endAdopted(Segment segment) {
    segment.end();
    residency.addSealed(segment);
    if (segment.liveBytes == 0) {
      retire(segment);
    }
  }

  /** Lends all memory of the log to whoever needs it, until more is appended. */
  void sealAll() {
    closeActive();
    residency.sealUpTo(Long.MAX_VALUE);
  }

  /**
   * Reserves memory, taken from segments if there is no other. Returns whether there was enough.
   *
   * @throws StateIoException if a segment cannot be written
   */
  boolean tryReserve(Part part, long bytes) {
    while (!memory.tryReserve(part, bytes)) {
      if (!residency.release()) {
        return false;
      }
    }
    return true;
  }

  /** Makes all that was appended so far unchangeable; returns where that ends. */
  FreezePoint freeze() {
    residency.sealUpTo(kept().segmentId() - 1);
    if (active.capacity > segmentSizeBytes) {
      closeActive();
    }
    isShortOfMemory |= memory.mustGiveBack();
    if (isShortOfMemory) {
      roomEnd = Segment.HEADER_BYTES;
    }
    for (Segment segment : residency.unsealed()) {
      segment.mutableFrom = segment.size;
    }
    frozenEpoch = images.epoch();
    if (active == Segment.NONE) {
      return new FreezePoint(nextSegmentId, 0);
    }
    active.mutableFrom = active.size;
    return new FreezePoint(active.id, active.size);
  }

  /** Keeps records unchanged forever, with or without an image. Any thread may call it. */
  synchronized void keep(FreezePoint point) {
    kept = kept.max(point);
  }

  private synchronized FreezePoint kept() {
    return kept;
  }

  /** Tells whether a record may be changed where it is. */
  boolean isMutable(long address) {
    Segment segment = segments.at(address);
    int offset = segment.offset(address);
    return offset >= segment.mutableFrom
        || (images.newestEpoch() < frozenEpoch && thaws(segment, offset));
  }

  /** Makes records mutable that were frozen for an image that is gone. */
  private boolean thaws(Segment segment, int offset) {
    FreezePoint point = kept();
    FsFrozenStore newest = images.newest();
    frozenEpoch = -1;
    if (newest != null) {
      point = point.max(newest.freezePoint());
      frozenEpoch = newest.epoch();
    }
    for (Segment unsealed : residency.unsealed()) {
      unsealed.mutableFrom = point.offsetIn(unsealed);
    }
    if (active != Segment.NONE) {
      active.mutableFrom = point.offsetIn(active);
    }
    return offset >= segment.mutableFrom;
  }
}
