// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.MemoryUse.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The images of a store that are in use, and the clock that tells what they share with the owner.
 *
 * <p>An image ends an epoch. Parts of the index are stamped with the epoch in which they were made,
 * and copied before a change if an image of that epoch or a later one is in use. A segment that the
 * owner released in some epoch stays while an image of an earlier epoch is in use. The owner moves
 * the clock. Any thread may release an image.
 */
final class Images {
  private static final long NONE = -1;

  /** By the epoch that each ended. Guarded by itself. */
  private final TreeMap<Long, FsFrozenStore> inUse = new TreeMap<>();

  private final MemoryBudget.Account memory;
  private long epoch;
  private volatile long newestInUse = NONE;
  private volatile long oldestInUse = Long.MAX_VALUE;

  Images(MemoryBudget.Account memory) {
    this.memory = memory;
  }

  /** Returns the stamp for what the owner makes now. */
  long epoch() {
    return epoch;
  }

  /** Returns the epoch that the newest image in use ended, or a negative number. */
  long newestEpoch() {
    return newestInUse;
  }

  /** Tells whether what was made in an epoch belongs to the owner alone. */
  boolean isExclusive(long madeIn) {
    return madeIn > newestInUse;
  }

  /** Tells whether an image may still refer to what the owner gave up in an epoch. */
  boolean mayReferTo(long givenUpIn) {
    return oldestInUse < givenUpIn;
  }

  /** Takes note of a new image, whose epoch ends with it. */
  void add(FsFrozenStore image) {
    synchronized (inUse) {
      inUse.put(epoch, image);
      epoch++;
      update();
    }
  }

  /** Returns the newest image in use. */
  @Nullable FsFrozenStore newest() {
    synchronized (inUse) {
      return inUse.isEmpty() ? null : inUse.lastEntry().getValue();
    }
  }

  /** Gives back memory of the owner's, or keeps it charged while images share it. */
  void giveUp(long madeIn, long bytes) {
    synchronized (inUse) {
      if (!isExclusive(madeIn)) {
        inUse.lastEntry().getValue().retainedBytes += bytes;
        memory.move(Part.INDEX, Part.IMAGES, bytes);
        return;
      }
    }
    memory.release(Part.INDEX, bytes);
  }

  /** Lets go of an image that nobody reads any more. */
  void release(long imageEpoch) {
    synchronized (inUse) {
      FsFrozenStore image = inUse.remove(imageEpoch);
      if (image == null) {
        return;
      }
      // What was replaced while the image was the newest is shared with older ones at most.
      Map.Entry<Long, FsFrozenStore> older = inUse.lowerEntry(imageEpoch);
      if (older == null) {
        memory.release(Part.IMAGES, image.retainedBytes);
      } else {
        older.getValue().retainedBytes += image.retainedBytes;
      }
      update();
    }
  }

  private void update() {
    newestInUse = inUse.isEmpty() ? NONE : inUse.lastKey();
    oldestInUse = inUse.isEmpty() ? Long.MAX_VALUE : inUse.firstKey();
  }

  /** Closes all images. */
  void close() {
    List<FsFrozenStore> open;
    synchronized (inUse) {
      open = new ArrayList<>(inUse.values());
    }
    Closing.all(open, FsFrozenStore::close);
  }
}
