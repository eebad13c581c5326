// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The right of one coordinator to write in a storage of this process. The lock of a storage
 * excludes other storages. This excludes other coordinators that share the same storage.
 *
 * <p>What is known about a storage is kept as long as the storage. So no checkpoint number is used
 * twice, not even when all files of a failed checkpoint are gone. Thread-safe.
 */
final class StorageClaim {

  /** What is known of a storage that was claimed. */
  private static final class Place {
    /** The object by which it is found. */
    private final WeakReference<Object> key;

    private @Nullable StorageClaim owner;
    private long highestId;

    Place(Object key, long highestId) {
      this.key = new WeakReference<>(key);
      this.highestId = highestId;
    }
  }

  /** By what stands for the storage. Guarded by itself, as is all that follows. */
  private static final Map<Object, Place> PLACES = new WeakHashMap<>();

  /**
   * By storage, the object by which its place is found: a storage may make a new one with each
   * call, and nobody else holds that. Of equal storages, the one that was claimed last.
   */
  private static final Map<CheckpointStorage, Object> KEYS = new WeakHashMap<>();

  private final Place place;

  /** Held while the storage is claimed, whatever becomes of the storage. */
  private final Object key;

  private final Activities activities;

  private StorageClaim(Place place, Object key, Activities activities) {
    this.place = place;
    this.key = key;
    this.activities = activities;
  }

  /**
   * Claims a storage.
   *
   * @param storage the storage to claim
   * @param activities what goes on in it under this claim, for the message to the next one
   * @throws StateLockedException if another coordinator has it, or was closed while it still wrote
   */
  static StorageClaim acquire(CheckpointStorage storage, Activities activities) {
    synchronized (PLACES) {
      Object told = storage.place();
      Place place = PLACES.get(told);
      Object key = place == null ? null : place.key.get();
      if (place == null || key == null) {
        key = told;
        place = new Place(key, place == null ? 0 : place.highestId);
        PLACES.put(key, place);
      }
      StorageClaim owner = place.owner;
      if (owner != null) {
        throw new StateLockedException(
            "another coordinator uses this storage: storage=%s, still going on=%s; close it, and wait until its last write has ended"
                .formatted(storage.location(), owner.activities.describe()));
      }
      KEYS.remove(storage);
      if (key != storage) {
        KEYS.put(storage, key);
      }
      StorageClaim claim = new StorageClaim(place, key, activities);
      place.owner = claim;
      return claim;
    }
  }

  /** Returns the highest number that a checkpoint of this storage was given, or 0. */
  long highestId() {
    synchronized (PLACES) {
      return place.highestId;
    }
  }

  /** Notes that a checkpoint was given a number. */
  void used(long checkpointId) {
    synchronized (PLACES) {
      place.highestId = Math.max(place.highestId, checkpointId);
    }
  }

  /** Lets other coordinators claim the storage. */
  void release() {
    try {
      synchronized (PLACES) {
        if (place.owner == this) {
          place.owner = null;
        }
      }
    } finally {
      Reference.reachabilityFence(key);
    }
  }
}
