// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;

/**
 * The images of a store that are in use, and the clock that tells whether an image shares a part of
 * the store.
 *
 * <p>Every part that can change is stamped with the epoch in which it was made, and an image ends
 * an epoch. So a part is shared if its epoch is not after that of the newest image in use, and then
 * it is copied before a change. Parts made after that image belong to the owner alone, in whatever
 * order images are released. The owner moves the clock. Any thread may release an image.
 */
final class Images {
  private static final long NONE = -1;

  /** By the epoch that each ended. Guarded by itself. */
  private final TreeMap<Long, MemoryFrozenStore> inUse = new TreeMap<>();

  private long epoch;
  private volatile long newestInUse = NONE;

  /** Returns the stamp for what the owner makes now. */
  long epoch() {
    return epoch;
  }

  /** Tells whether what was made in an epoch belongs to the owner alone, to be changed in place. */
  boolean isExclusive(long madeIn) {
    return madeIn > newestInUse;
  }

  /** Tells whether an image may share anything with the owner. */
  boolean isAnyInUse() {
    return newestInUse != NONE;
  }

  /** Takes an image of tables. */
  MemoryFrozenStore freeze(Map<String, FrozenTable<?, ?, ?>> tables) {
    synchronized (inUse) {
      MemoryFrozenStore image = new MemoryFrozenStore(this, epoch, tables);
      inUse.put(epoch, image);
      newestInUse = epoch;
      epoch++;
      return image;
    }
  }

  /** Lets go of an image that nobody reads any more. */
  void release(long imageEpoch) {
    synchronized (inUse) {
      inUse.remove(imageEpoch);
      newestInUse = inUse.isEmpty() ? NONE : inUse.lastKey();
    }
  }

  /** Closes all images. */
  void close() {
    ArrayList<MemoryFrozenStore> open;
    synchronized (inUse) {
      open = new ArrayList<>(inUse.values());
    }
    open.forEach(MemoryFrozenStore::close);
  }
}
