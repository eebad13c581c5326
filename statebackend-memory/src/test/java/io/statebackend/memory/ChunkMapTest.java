// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.VoidNamespace;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ChunkMapTest {
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;
  private static final int KEYS = 200_000;

  private final ChunkMap<Long, VoidNamespace, Long> map =
      ChunkMap.create(CollisionTest.longLayout());

  private void put(long key, long value) {
    map.put(key, key, NO_NAMESPACE, value);
  }

  private Long get(long key) {
    return map.get(key, key, NO_NAMESPACE);
  }

  private void remove(long key) {
    map.remove(key, key, NO_NAMESPACE);
  }

  /** Returns the number of longs in all chunks, each chunk counted once. */
  private long longCount() {
    Set<Bucket> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    long count = 0;
    // As many probes as a directory of this test could ever have slots.
    for (long i = 0; i < 1 << 12; i++) {
      Bucket bucket = map.bucket(i << 52);
      if (seen.add(bucket)) {
        count += ((Chunk) bucket).longs.length;
      }
    }
    return count;
  }

  @Test
  void put_manyKeys_fillsChunksWell() {
    for (long key = 0; key < KEYS; key++) {
      put(key, -key);
    }
    for (long key = 0; key < KEYS; key++) {
      assertThat(get(key)).isEqualTo(-key);
    }
    // 16 bytes an entry are needed, and 32 allowed with all else.
    assertThat(longCount() * Long.BYTES).isLessThan(28L * KEYS);
  }

  @Test
  void remove_mostKeys_givesMemoryBack() {
    for (long key = 0; key < KEYS; key++) {
      put(key, -key);
    }
    for (long key = 0; key < KEYS; key++) {
      if (key % 100 != 0) {
        remove(key);
      }
    }
    for (long key = 0; key < KEYS; key++) {
      assertThat(get(key)).isEqualTo(key % 100 == 0 ? -key : null);
    }
    assertThat(map.size()).isEqualTo(KEYS / 100);
    assertThat(longCount() * Long.BYTES).isLessThan(100L * KEYS / 100);
    for (long key = 0; key < KEYS; key++) {
      remove(key);
    }
    assertThat(map.size()).isZero();
    assertThat(longCount() * Long.BYTES).isLessThan(1000);
  }

  @Test
  void remove_slidingWindowOfKeys_keepsSize() {
    for (long key = 0; key < 10L * KEYS; key++) {
      put(key, key);
      if (key >= 1000) {
        remove(key - 1000);
      }
    }
    assertThat(map.size()).isEqualTo(1000);
    assertThat(longCount() * Long.BYTES).isLessThan(100 * 1000);
  }

  @Test
  void put_keyZero() {
    assertThat(get(0)).isNull();
    put(0, 1);
    put(0, 2);
    assertThat(get(0)).isEqualTo(2);
    assertThat(map.size()).isEqualTo(1);
    for (long key = 1; key < 5_000; key++) {
      put(key, key);
    }
    assertThat(get(0)).isEqualTo(2);
    remove(0);
    remove(0);
    assertThat(get(0)).isNull();
    assertThat(map.size()).isEqualTo(4_999);
  }

  @Test
  void put_keysThatDifferInHighBitsOnly() {
    for (long key = 0; key < 1 << 16; key++) {
      put(key << 48, key);
    }
    for (long key = 0; key < 1 << 16; key++) {
      assertThat(get(key << 48)).isEqualTo(key);
    }
    assertThat(longCount() * Long.BYTES).isLessThan(28L << 16);
  }
}
