// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import org.junit.jupiter.api.Test;

/** Keys chosen to collide make operations slower by a bounded factor, not with their number. */
final class CollisionTest {
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;
  private static final int KEYS = 100_000;

  @Test
  void put_allHashesEqual() {
    var keys = new CountingSerializer(new CollidingSerializer(1));
    try (var fixture = new StoreFixture<>(keys)) {
      ValueTable<String, VoidNamespace, Long> table = table(fixture);
      for (int i = 0; i < KEYS; i++) {
        table.put(fixture.on("key-" + i), NO_NAMESPACE, (long) i);
      }
      assertThat(table.entryCount()).isEqualTo(KEYS);
      for (int i = 0; i < KEYS; i++) {
        assertThat(table.get(fixture.on("key-" + i), NO_NAMESPACE)).isEqualTo(i);
      }
      assertThat(table.get(fixture.on("absent"), NO_NAMESPACE)).isNull();
      for (int i = 0; i < KEYS; i++) {
        table.clear(fixture.on("key-" + i), NO_NAMESPACE);
      }
      assertThat(table.entryCount()).isZero();
      // A chunk of up to 820 is searched one by one before it becomes a tree and after it was one.
      assertThat(keys.calls).isLessThan(20L * KEYS);
    }
  }

  @Test
  void put_numbersOfOneBucket() {
    try (var fixture = new StoreFixture<>(Serializers.LONG)) {
      ValueTable<Long, VoidNamespace, Long> table = table(fixture);
      ChunkMap<Long, VoidNamespace, Long> map = ChunkMap.create(longLayout());
      long[] adversarial = new long[KEYS];
      for (int i = 0; i < KEYS; i++) {
        adversarial[i] = unmix(0x123456L << 40 | i);
        table.put(fixture.on(adversarial[i]), NO_NAMESPACE, (long) i);
        map.put(adversarial[i], adversarial[i], NO_NAMESPACE, (long) i);
      }
      assertThat(map.bucket(0x123456L << 40)).isInstanceOf(CollisionTree.class);
      for (int i = 0; i < KEYS; i++) {
        assertThat(table.get(fixture.on(adversarial[i]), NO_NAMESPACE)).isEqualTo(i);
      }
      FrozenStore image = fixture.store.freeze();
      for (int i = 0; i < KEYS; i++) {
        table.clear(fixture.on(adversarial[i]), NO_NAMESPACE);
      }
      assertThat(table.entryCount()).isZero();
      var spec = new TableSpec.OfValues<>("table", VoidNamespace.serializer(), Serializers.LONG);
      assertThat(fixture.values(image, spec)).hasSize(KEYS);
    }
  }

  @Test
  void remove_treeBecomesChunk() {
    ChunkMap<Long, VoidNamespace, Long> map = ChunkMap.create(longLayout());
    for (int i = 0; i < 2_000; i++) {
      map.put(unmix(i), unmix(i), NO_NAMESPACE, (long) i);
    }
    assertThat(map.bucket(0)).isInstanceOf(CollisionTree.class);
    for (int i = 0; i < 1_990; i++) {
      map.remove(unmix(i), unmix(i), NO_NAMESPACE);
    }
    assertThat(map.bucket(0)).isInstanceOf(Chunk.class);
    for (int i = 0; i < 2_000; i++) {
      Long expected = i < 1_990 ? null : (long) i;
      assertThat(map.get(unmix(i), unmix(i), NO_NAMESPACE)).isEqualTo(expected);
    }
  }

  private static <K> ValueTable<K, VoidNamespace, Long> table(StoreFixture<K> fixture) {
    return fixture.store.valueTable(
        new TableSpec.OfValues<>("table", VoidNamespace.serializer(), Serializers.LONG));
  }

  static EntryLayout<Long, VoidNamespace, Long> longLayout() {
    LongEncodedSerializer<Long> longs = Serializers.LONG;
    return new EntryLayout<>(longs, VoidNamespace.serializer(), longs, new Images());
  }

  /** Returns the word that {@link EntryLayout#mix} makes a hash of. */
  private static long unmix(long hash) {
    long h = hash * inverse(0xD1342543DE82EF95L);
    h ^= h >>> 32;
    long word = h * inverse(0x9E3779B97F4A7C15L);
    assertThat(EntryLayout.mix(word)).isEqualTo(hash);
    return word;
  }

  /** Returns the inverse of an odd number modulo 2^64, by Newton's iteration. */
  private static long inverse(long odd) {
    long x = odd;
    for (int i = 0; i < 6; i++) {
      x *= 2 - odd * x;
    }
    return x;
  }

  /** Counts how often keys are compared or serialized. */
  private static final class CountingSerializer implements TypeSerializer<String> {
    private final TypeSerializer<String> serializer;
    private long calls;

    CountingSerializer(TypeSerializer<String> serializer) {
      this.serializer = serializer;
    }

    @Override
    public void serialize(String value, BinaryOutput out) {
      calls++;
      serializer.serialize(value, out);
    }

    @Override
    public String deserialize(BinaryInput in) {
      return serializer.deserialize(in);
    }

    @Override
    public boolean isImmutable() {
      return true;
    }

    @Override
    public boolean equal(String a, String b) {
      calls++;
      return serializer.equal(a, b);
    }

    @Override
    public long stableHash(String value) {
      return serializer.stableHash(value);
    }

    @Override
    public TypeSchema schema() {
      return serializer.schema();
    }
  }
}
