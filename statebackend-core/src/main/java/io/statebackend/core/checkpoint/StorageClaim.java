// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
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
    private @Nullable StorageClaim owner;
    private long highestId;
  }

  /** By what stands for the storage. Guarded by itself, as are the places. */
  private static final Map<Object, Place> PLACES = new WeakHashMap<>();

  private final Place place;
  private final Activities activities;

  private StorageClaim(Place place, Activities activities) {
    this.place = place;
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
      Place place = PLACES.computeIfAbsent(storage.place(), key -> new Place());
      StorageClaim owner = place.owner;
      if (owner != null) {
        throw new StateLockedException(
            "another coordinator uses this storage: storage=%s, still going on=%s; close it, and wait until its last write has ended"
                .formatted(storage.location(), owner.activities.describe()));
      }
      StorageClaim claim = new StorageClaim(place, activities);
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
    synchronized (PLACES) {
      if (place.owner == this) {
        place.owner = null;
      }
    }
  }
}
