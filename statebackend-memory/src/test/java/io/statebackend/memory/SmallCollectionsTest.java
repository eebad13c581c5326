// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.Seeds;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists and maps that go to and fro between their forms for few and for many. */
final class SmallCollectionsTest {
  private static final Logger LOGGER = System.getLogger(SmallCollectionsTest.class.getName());
  private static final VoidNamespace NO_NAMESPACE = VoidNamespace.INSTANCE;
  private static final long KEY = 7;

  private static Random random() {
    long seed = Seeds.any();
    LOGGER.log(Level.INFO, Seeds.replay(seed));
    return new Random(seed);
  }

  private static <E> TableSpec.OfLists<VoidNamespace, E> lists(TypeSerializer<E> elements) {
    return new TableSpec.OfLists<>("lists", VoidNamespace.serializer(), elements);
  }

  private static TableSpec.OfMaps<VoidNamespace, Long, Long> maps() {
    return new TableSpec.OfMaps<>(
        "maps", VoidNamespace.serializer(), Serializers.LONG, Serializers.LONG);
  }

  private static <T> List<T> toList(Iterator<T> iterator) {
    List<T> result = new ArrayList<>();
    iterator.forEachRemaining(result::add);
    return result;
  }

  /** An image and what it has to hold. */
  private record Image<T>(FrozenStore store, T expected) {}

  static Stream<TypeSerializer<?>> elements() {
    return Stream.of(Serializers.LONG, Serializers.STRING);
  }

  @SuppressWarnings("unchecked")
  private static <E> E element(TypeSerializer<E> elements, long number) {
    return (E) (elements == Serializers.LONG ? (Object) number : "element-" + number);
  }

  @ParameterizedTest
  @MethodSource("elements")
  <E> void list_addedToWhileShared_eachSeesItsOwn(TypeSerializer<E> elements) {
    Random random = random();
    for (int round = 0; round < 300; round++) {
      try (var fixture = new StoreFixture<>(Serializers.LONG)) {
        TableSpec.OfLists<VoidNamespace, E> spec = lists(elements);
        ListTable<Long, VoidNamespace, E> table = fixture.store.listTable(spec);
        List<E> model = new ArrayList<>();
        List<Image<List<E>>> images = new ArrayList<>();
        Map<Iterator<E>, List<E>> iterators = new HashMap<>();
        long next = 0;
        for (int step = 0; step < 40; step++) {
          switch (random.nextInt(8)) {
            case 0 -> images.add(new Image<>(fixture.store.freeze(), List.copyOf(model)));
            case 1 ->
                iterators.put(table.iterator(fixture.on(KEY), NO_NAMESPACE), List.copyOf(model));
            case 2 -> {
              if (!images.isEmpty()) {
                images.remove(random.nextInt(images.size())).store().close();
              }
            }
            case 3, 4 -> {
              List<E> added = new ArrayList<>();
              for (int count = 1 + random.nextInt(1 << random.nextInt(12)); count > 0; count--) {
                added.add(element(elements, next++));
              }
              table.addAll(fixture.on(KEY), NO_NAMESPACE, added);
              model.addAll(added);
            }
            default -> {
              for (int count = 1 + random.nextInt(8); count > 0; count--) {
                E added = element(elements, next++);
                table.add(fixture.on(KEY), NO_NAMESPACE, added);
                model.add(added);
              }
            }
          }
        }
        assertThat(toList(table.iterator(fixture.on(KEY), NO_NAMESPACE))).isEqualTo(model);
        iterators.forEach((iterator, expected) -> assertThat(toList(iterator)).isEqualTo(expected));
        for (Image<List<E>> image : images) {
          List<E> read =
              fixture.lists(image.store(), spec).values().stream().findFirst().orElse(List.of());
          assertThat(read).isEqualTo(image.expected());
          image.store().close();
        }
      }
    }
  }

  @Test
  void map_changedWhileShared_eachSeesItsOwn() {
    Random random = random();
    for (int round = 0; round < 300; round++) {
      try (var fixture = new StoreFixture<>(Serializers.LONG)) {
        MapTable<Long, VoidNamespace, Long, Long> table = fixture.store.mapTable(maps());
        Map<Long, Long> model = new HashMap<>();
        List<Image<Map<Long, Long>>> images = new ArrayList<>();
        int keys = 1 + random.nextInt(80);
        for (int step = 0; step < 400; step++) {
          long userKey = random.nextInt(keys) - 3L;
          int kind = random.nextInt(200);
          if (kind == 0) {
            images.add(new Image<>(fixture.store.freeze(), Map.copyOf(model)));
          } else if (kind == 1 && !images.isEmpty()) {
            images.remove(random.nextInt(images.size())).store().close();
          } else if (kind < 100) {
            table.put(fixture.on(KEY), NO_NAMESPACE, userKey, (long) step);
            model.put(userKey, (long) step);
          } else {
            table.remove(fixture.on(KEY), NO_NAMESPACE, userKey);
            model.remove(userKey);
          }
          assertThat(table.get(fixture.on(KEY), NO_NAMESPACE, userKey))
              .isEqualTo(model.get(userKey));
          assertThat(table.contains(fixture.on(KEY), NO_NAMESPACE, userKey))
              .isEqualTo(model.containsKey(userKey));
          assertThat(table.isEmpty(fixture.on(KEY), NO_NAMESPACE)).isEqualTo(model.isEmpty());
        }
        Map<Long, Long> read = new HashMap<>();
        table
            .iterator(fixture.on(KEY), NO_NAMESPACE)
            .forEachRemaining(
                entry -> assertThat(read.put(entry.getKey(), entry.getValue())).isNull());
        assertThat(read).isEqualTo(model);
        for (Image<Map<Long, Long>> image : images) {
          Map<Long, Long> frozen =
              fixture.maps(image.store(), maps()).values().stream().findFirst().orElse(Map.of());
          assertThat(frozen).isEqualTo(image.expected());
          image.store().close();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 14, 15, 29, 30, 31, 60})
  void mapIterator_mapChanges_stayingEntriesComeOnce(int staying) {
    for (boolean shared : new boolean[] {false, true}) {
      try (var fixture = new StoreFixture<>(Serializers.LONG)) {
        MapTable<Long, VoidNamespace, Long, Long> table = fixture.store.mapTable(maps());
        for (long i = 0; i < 2L * staying; i++) {
          table.put(fixture.on(KEY), NO_NAMESPACE, i, i);
        }
        FrozenStore image = shared ? fixture.store.freeze() : null;
        Iterator<Map.Entry<Long, Long>> outer = table.iterator(fixture.on(KEY), NO_NAMESPACE);
        Iterator<Map.Entry<Long, Long>> inner = table.iterator(fixture.on(KEY), NO_NAMESPACE);
        List<Long> seen = new ArrayList<>();
        for (long i = 0; outer.hasNext(); i++) {
          Map.Entry<Long, Long> entry = outer.next();
          assertThat(entry.getValue()).isIn(entry.getKey(), -1L);
          seen.add(entry.getKey());
          if (i < staying) {
            table.remove(fixture.on(KEY), NO_NAMESPACE, staying + i);
            table.put(fixture.on(KEY), NO_NAMESPACE, i, -1L);
            table.put(fixture.on(KEY), NO_NAMESPACE, 1_000 + i, 1_000 + i);
          }
        }
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(toList(inner).stream().map(Map.Entry::getKey)).doesNotHaveDuplicates();
        for (long i = 0; i < staying; i++) {
          assertThat(seen).contains(i);
          assertThat(table.get(fixture.on(KEY), NO_NAMESPACE, i)).isEqualTo(-1L);
        }
        if (image != null) {
          image.close();
        }
      }
    }
  }

  @Test
  void map_shrinks_isFlatAgain() {
    StoredMaps<Long, Long> maps =
        new StoredMaps<>(Serializers.LONG, Serializers.LONG, new Images());
    Object map = maps.put(null, 0L, 0L);
    for (long i = 0; i < 200; i++) {
      map = maps.put(map, i, i);
    }
    assertThat(map).isInstanceOf(Chunk.class);
    for (long i = 199; i >= 4; i--) {
      map = maps.remove(map, i);
    }
    assertThat(map).isInstanceOf(long[].class);
    for (long i = 0; i < 4; i++) {
      assertThat(maps.get(map, i)).isEqualTo(i);
    }
  }
}
