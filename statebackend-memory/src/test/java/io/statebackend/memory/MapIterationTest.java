// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.Seeds;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class MapIterationTest {
  private static final Logger LOGGER = System.getLogger(MapIterationTest.class.getName());
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;

  private static <U> MapTable<Long, VoidNamespace, U, Long> table(
      StoreFixture<Long> fixture, TypeSerializer<U> userKeys) {
    return fixture.store.mapTable(
        new TableSpec.OfMaps<>("maps", VoidNamespace.serializer(), userKeys, Serializers.LONG));
  }

  static Stream<TypeSerializer<String>> userKeys() {
    return Stream.of(Serializers.STRING, new CollidingSerializer(3), new CollidingSerializer(1));
  }

  @ParameterizedTest
  @MethodSource("userKeys")
  void next_mapChangesMeanwhile_stayingEntriesComeOnce(TypeSerializer<String> userKeys) {
    long seed = Seeds.any();
    LOGGER.log(Level.INFO, Seeds.replay(seed));
    Random random = new Random(seed);
    try (var fixture = new StoreFixture<>(Serializers.LONG)) {
      MapTable<Long, VoidNamespace, String, Long> table = table(fixture, userKeys);
      for (int round = 0; round < 20; round++) {
        int staying = 1 + random.nextInt(4_000);
        for (int i = 0; i < staying; i++) {
          table.put(fixture.on(1L), NO_NAMESPACE, "stays-" + i, (long) i);
        }
        int passing = random.nextInt(8_000);
        boolean growing = random.nextBoolean();
        for (int i = 0; i < passing && !growing; i++) {
          table.put(fixture.on(1L), NO_NAMESPACE, "passes-" + i, (long) i);
        }
        FrozenStore image = random.nextBoolean() ? fixture.store.freeze() : null;
        Set<String> seen = new HashSet<>();
        Iterator<Map.Entry<String, Long>> iterator = table.iterator(fixture.on(1L), NO_NAMESPACE);
        fixture.on(2L);
        int changed = 0;
        while (iterator.hasNext()) {
          assertThat(seen.add(iterator.next().getKey())).isTrue();
          // The whole change happens within the iteration, splitting or joining chunks.
          for (int i = 0; i < 1 + passing / staying && changed < passing; i++, changed++) {
            if (growing) {
              table.put(fixture.on(1L), NO_NAMESPACE, "passes-" + changed, 0L);
            } else {
              table.remove(fixture.on(1L), NO_NAMESPACE, "passes-" + changed);
            }
          }
          if (image != null && random.nextInt(staying) == 0) {
            image.close();
          }
        }
        for (int i = 0; i < staying; i++) {
          assertThat(seen.contains("stays-" + i)).isTrue();
        }
        table.clear(fixture.on(1L), NO_NAMESPACE);
        if (image != null) {
          image.close();
        }
      }
    }
  }

  @Test
  void next_chunksJoinedBehindAndAhead() {
    try (var fixture = new StoreFixture<>(Serializers.LONG)) {
      MapTable<Long, VoidNamespace, Long, Long> table = table(fixture, Serializers.LONG);
      for (long i = 0; i < 6_000; i++) {
        table.put(fixture.on(1L), NO_NAMESPACE, i, i);
      }
      Iterator<Map.Entry<Long, Long>> iterator = table.iterator(fixture.on(1L), NO_NAMESPACE);
      Set<Long> seen = new HashSet<>();
      while (seen.size() < 3_000) {
        assertThat(seen.add(iterator.next().getKey())).isTrue();
      }
      // The few that stay fit in one chunk, half of which was walked over already.
      for (long i = 200; i < 6_000; i++) {
        table.remove(fixture.on(1L), NO_NAMESPACE, i);
      }
      while (iterator.hasNext()) {
        assertThat(seen.add(iterator.next().getKey())).isTrue();
      }
      for (long i = 0; i < 200; i++) {
        assertThat(seen.contains(i)).isTrue();
      }
    }
  }

  @Test
  void next_entriesOfOneChunkRemoved() {
    try (var fixture = new StoreFixture<>(Serializers.LONG)) {
      MapTable<Long, VoidNamespace, Long, Long> table = table(fixture, Serializers.LONG);
      for (long i = 0; i < 10; i++) {
        table.put(fixture.on(1L), NO_NAMESPACE, i, i);
      }
      Iterator<Map.Entry<Long, Long>> iterator = table.iterator(fixture.on(1L), NO_NAMESPACE);
      Set<Long> seen = new HashSet<>();
      while (iterator.hasNext()) {
        long userKey = iterator.next().getKey();
        assertThat(seen.add(userKey)).isTrue();
        table.remove(fixture.on(1L), NO_NAMESPACE, userKey);
      }
      assertThat(seen).hasSize(10);
      assertThat(table.isEmpty(fixture.on(1L), NO_NAMESPACE)).isTrue();
      assertThat(table.entryCount()).isZero();
      assertThatThrownBy(iterator::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void remove_ofIterator_isRefused() {
    try (var fixture = new StoreFixture<>(Serializers.LONG)) {
      MapTable<Long, VoidNamespace, Long, Long> table = table(fixture, Serializers.LONG);
      table.put(fixture.on(1L), NO_NAMESPACE, 1L, 1L);
      Iterator<Map.Entry<Long, Long>> iterator = table.iterator(fixture.on(1L), NO_NAMESPACE);
      Map.Entry<Long, Long> entry = iterator.next();
      assertThatThrownBy(iterator::remove).isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> entry.setValue(2L))
          .isInstanceOf(UnsupportedOperationException.class);
    }
  }
}
