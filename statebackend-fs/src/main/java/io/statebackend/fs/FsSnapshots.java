// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.MemoryUse.Part;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.spi.NativeSnapshots;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Native snapshots: for each segment the bytes that were appended since the last completed
 * snapshot, and the records stored before that are no longer live.
 *
 * <p>The live records are a bit per unit, collected from the index of the image. Comparing these
 * bits with those of the last completed snapshot shows which records have died. So the owner need
 * not record anything, and an aborted snapshot leaves nothing behind. A removal needs no record
 * either, and segments may be restored in any order.
 */
final class FsSnapshots implements NativeSnapshots, AutoCloseable {
  static final String FORMAT = "fs-1";

  /** Which part of all memory a snapshot takes from the log, so that it looks at more at once. */
  private static final int LENT_BYTES_DIVISOR = 32;

  private final Log log;
  private final MemoryBudget.Account memory;
  private final NativeRestore restore;
  private final Residency residency;
  private final SpillFiles files;

  /** What the last completed checkpoint holds. Guarded by this. */
  private StoredSegments completed = StoredSegments.NOTHING;

  /** By checkpoint. Guarded by this. */
  private final Map<Long, StoredSegments> pending = new HashMap<>();

  /** Guarded by this. */
  private boolean closed;

  FsSnapshots(
      MemoryBudget.Account memory,
      Log log,
      Residency residency,
      SpillFiles files,
      NativeRestore restore) {
    this.log = log;
    this.residency = residency;
    this.memory = memory;
    this.files = files;
    this.restore = restore;
  }

  /**
   * Returns what one snapshot needs at least, however large the state is: buffers, and lists and
   * bits for one segment before and after. It is reserved for as long as a store is open.
   *
   * @param segmentSizeBytes the largest segment that may have more than one record
   */
  static long reservedBytes(int segmentSizeBytes) {
    long listBytes = segmentSizeBytes / RecordLayout.SIZE_BYTES_MIN;
    return FrozenBytes.sizeBytes(segmentSizeBytes)
        + RangeWriter.sizeBytes(segmentSizeBytes)
        + 2 * LiveUnits.sizeBytes(segmentSizeBytes)
        + 3 * listBytes;
  }

  @Override
  public String format() {
    return FORMAT;
  }

  @Override
  public byte[] write(long checkpointId, FrozenStore frozen, NativeFiles files) {
    FsFrozenStore image = (FsFrozenStore) frozen;
    image.hold();
    try {
      // From now on these bytes are never changed in place, whoever ends the image.
      log.keep(image.freezePoint());
      return writeHeld(checkpointId, image, files);
    } finally {
      image.release();
    }
  }

  private byte[] writeHeld(long checkpointId, FsFrozenStore image, NativeFiles nativeFiles) {
    long windowBytes = LiveUnits.sizeBytes(image.segmentSizeBytes());
    long moreBytes = reserveForOnePass(image, windowBytes);
    StoredSegments written = files.createSegments();
    boolean isWritten = false;
    try (SnapshotFileWriter writer =
        new SnapshotFileWriter(nativeFiles, FrozenBytes.pieceBytes(image.segmentSizeBytes()))) {
      StoredSegments base = completed();
      Manifest.Writer manifest = new Manifest.Writer();
      new Increment(image, base, writer, written, manifest, windowBytes + moreBytes).write();
      writer.finish();
      for (String file : base.files()) {
        if (manifest.files().contains(file)) {
          nativeFiles.reuse(file);
        }
      }
      begin(checkpointId, written.end());
      isWritten = true;
      return manifest.toBytes(image.numberedTables());
    } finally {
      memory.release(Part.IMAGES, moreBytes);
      if (!isWritten) {
        written.close();
      }
    }
  }

  /**
   * Takes memory so that one pass over the index is enough, or few are: what nobody needs now, and
   * a little of what the store could give to others.
   *
   * @return how much there is beyond what is reserved
   */
  private long reserveForOnePass(FsFrozenStore image, long reservedBytes) {
    long wanted = -reservedBytes;
    for (int range = 0; range < image.segments().length; range++) {
      wanted += LiveUnits.sizeBytes(image, range);
    }
    if (wanted <= 0) {
      return 0;
    }
    long free = Math.min(wanted, memory.availableBytes() / 2);
    long lent = Math.min(wanted, memory.totalBytes() / LENT_BYTES_DIVISOR);
    if (lent > free) {
      // No more than that, though the owner may take what is given back.
      long givenBack = 0;
      while (givenBack < lent && memory.availableBytes() < lent && residency.giveBackOldest()) {
        givenBack += image.segmentSizeBytes();
      }
      free = Math.min(lent, memory.availableBytes());
    }
    return free > 0 && memory.tryReserve(Part.IMAGES, free) ? free : 0;
  }

  private synchronized StoredSegments completed() {
    return completed;
  }

  private synchronized void begin(long checkpointId, StoredSegments stored) {
    if (closed) {
      throw new StateClosedException("the store is closed: checkpoint=" + checkpointId);
    }
    pending.put(checkpointId, stored);
  }

  @Override
  public synchronized void settled(long checkpointId, boolean isCompleted) {
    StoredSegments stored = pending.remove(checkpointId);
    if (stored == null) {
      return;
    }
    StoredSegments superseded = isCompleted ? completed : stored;
    if (isCompleted) {
      completed = stored;
      forgetBefore(checkpointId);
    }
    superseded.close();
  }

  /** Lets go of earlier checkpoints: what comes later for them says nothing any more. */
  private void forgetBefore(long checkpointId) {
    List<Long> earlier = pending.keySet().stream().filter(id -> id < checkpointId).toList();
    for (long id : earlier) {
      StoredSegments forgotten = pending.remove(id);
      if (forgotten != null) {
        forgotten.close();
      }
    }
  }

  @Override
  public void forgetFiles() {
    StoredSegments forgotten;
    synchronized (this) {
      forgotten = completed;
      completed = StoredSegments.NOTHING;
    }
    forgotten.close();
  }

  @Override
  public Set<String> restore(List<Snapshot> snapshots) {
    StoredSegments adopted = files.createSegments();
    boolean isUsed = false;
    try {
      isUsed = restore.restore(snapshots, adopted);
      if (isUsed) {
        synchronized (this) {
          completed = adopted.end();
        }
      }
    } finally {
      if (!isUsed) {
        adopted.close();
      }
    }
    return restore.tableNames();
  }

  /** Lets go of what only the next snapshot needs. */
  @Override
  public synchronized void close() {
    closed = true;
    List<StoredSegments> all = new ArrayList<>(pending.values());
    all.add(completed);
    pending.clear();
    completed = StoredSegments.NOTHING;
    Closing.all(all, StoredSegments::close);
  }
}
