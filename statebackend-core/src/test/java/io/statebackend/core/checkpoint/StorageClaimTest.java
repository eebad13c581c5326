// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateLockedException;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.lang.ref.WeakReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is known of a storage lasts as long as the storage, whatever stands for it. */
@Timeout(60)
final class StorageClaimTest {

  /** A storage that makes a new, equal object for its place each time. */
  private static final class FreshPlaceStorage extends ForwardedStorage {
    private final String address;

    private record Place(String address) {}

    FreshPlaceStorage(String address) {
      super(MemoryCheckpointStorage.create());
      this.address = address;
    }

    @Override
    public String location() {
      return address;
    }

    @Override
    public Object place() {
      return new Place(address);
    }
  }

  private static void collectGarbage() {
    WeakReference<Object> garbage = new WeakReference<>(new Object());
    while (garbage.get() != null) {
      System.gc();
    }
  }

  @Test
  void acquire_placeIsANewObjectEachTime_isRefusedAfterAGarbageCollection() {
    FreshPlaceStorage storage = new FreshPlaceStorage("refused");
    StorageClaim claim = StorageClaim.acquire(storage, new Activities());
    collectGarbage();
    assertThatThrownBy(() -> StorageClaim.acquire(storage, new Activities()))
        .isInstanceOf(StateLockedException.class);
    assertThatThrownBy(
            () -> StorageClaim.acquire(new FreshPlaceStorage("refused"), new Activities()))
        .isInstanceOf(StateLockedException.class);
    claim.release();
    StorageClaim.acquire(storage, new Activities()).release();
  }

  @Test
  void used_placeIsANewObjectEachTime_isKnownAfterAGarbageCollection() {
    FreshPlaceStorage storage = new FreshPlaceStorage("known");
    StorageClaim claim = StorageClaim.acquire(storage, new Activities());
    claim.used(7);
    claim.release();
    collectGarbage();
    claim = StorageClaim.acquire(storage, new Activities());
    assertThat(claim.highestId()).isEqualTo(7);
    claim.release();
  }

  @Test
  void used_firstOfTwoEqualStoragesIsGone_isKnown() {
    StorageClaim claim = StorageClaim.acquire(new FreshPlaceStorage("equal"), new Activities());
    claim.used(7);
    claim.release();
    FreshPlaceStorage second = new FreshPlaceStorage("equal");
    StorageClaim.acquire(second, new Activities()).release();
    collectGarbage();
    claim = StorageClaim.acquire(second, new Activities());
    assertThat(claim.highestId())
        .isIn(0L, 7L); // 0 if the first was collected before the second came.
    claim.used(9);
    claim.release();
    collectGarbage();
    claim = StorageClaim.acquire(second, new Activities());
    assertThat(claim.highestId()).isEqualTo(9);
    claim.release();
  }
}
