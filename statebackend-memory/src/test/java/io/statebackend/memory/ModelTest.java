// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.Seeds;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations on the three kinds of tables compared with plain maps, while images are taken
 * and released in any order. What {@link StoreModelTest} does not try: each kind of keys that the
 * tables keep in another way, and keys that collide. The log of a test tells its seed, and the
 * option that replays it: {@code -Dstatebackend.seed=7}.
 */
final class ModelTest {
  private static final Logger LOGGER = System.getLogger(ModelTest.class.getName());
  private static final int OPERATIONS = 40_000;
  private static final int KEYS = 6_000;
  private static final int IMAGES_MAX = 4;

  private static final TypeSerializer<VoidNamespace> VOID = VoidNamespace.serializer();

  /** The kinds of keys: in number columns, as objects, nearly all colliding, all colliding. */
  static Stream<Arguments> keyTypes() {
    LongFunction<Long> sameLong = i -> i;
    LongFunction<String> string = i -> "key-" + i;
    return Stream.of(
        Arguments.of("long", Serializers.LONG, sameLong),
        Arguments.of("long in few buckets", Serializers.LONG, (LongFunction<Long>) i -> i << 40),
        Arguments.of("string", Serializers.STRING, string),
        Arguments.of("string of 7 hashes", new CollidingSerializer(7), string),
        Arguments.of("string of 1 hash", new CollidingSerializer(1), string));
  }

  private static Random random() {
    long seed = Seeds.any();
    LOGGER.log(Level.INFO, Seeds.replay(seed));
    return new Random(seed);
  }

  /** An image and what it is to hold. */
  private record Image<M>(FrozenStore frozen, M expected) {}

  @ParameterizedTest(name = "{0}")
  @MethodSource("keyTypes")
  <K> void values_randomOperations(String name, TypeSerializer<K> keys, LongFunction<K> keyOf) {
    var spec = new TableSpec.OfValues<>("values", VOID, Serializers.LONG);
    values(keys, keyOf, spec, VoidNamespace.INSTANCE, VoidNamespace.INSTANCE);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("keyTypes")
  <K> void values_randomOperationsInNamespaces(
      String name, TypeSerializer<K> keys, LongFunction<K> keyOf) {
    var spec = new TableSpec.OfValues<>("values", Serializers.STRING, Serializers.LONG);
    values(keys, keyOf, spec, "first", "second");
  }

  private static <K, N> void values(
      TypeSerializer<K> keys,
      LongFunction<K> keyOf,
      TableSpec.OfValues<N, Long> spec,
      N first,
      N second) {
    Random random = random();
    try (var fixture = new StoreFixture<>(keys)) {
      ValueTable<K, N, Long> table = fixture.store.valueTable(spec);
      Map<List<Object>, Long> model = new HashMap<>();
      List<Image<Map<List<Object>, Long>>> images = new ArrayList<>();
      for (int i = 0; i < OPERATIONS; i++) {
        K key = keyOf.apply(random.nextInt(KEYS));
        N namespace = random.nextBoolean() ? first : second;
        List<Object> modelKey = List.of(key, namespace);
        if (isRemoval(random, i)) {
          table.clear(fixture.on(key), namespace);
          model.remove(modelKey);
        } else {
          table.put(fixture.on(key), namespace, (long) i);
          model.put(modelKey, (long) i);
        }
        K probed = keyOf.apply(random.nextInt(KEYS));
        assertThat(table.get(fixture.on(probed), namespace))
            .isEqualTo(model.get(List.of(probed, namespace)));
        if (random.nextInt(OPERATIONS / 40) == 0) {
          images.add(new Image<>(fixture.store.freeze(), new HashMap<>(model)));
          if (images.size() > IMAGES_MAX) {
            Image<Map<List<Object>, Long>> image = images.remove(random.nextInt(images.size()));
            assertThat(fixture.values(image.frozen, spec)).isEqualTo(image.expected);
            image.frozen.close();
          }
        }
      }
      assertThat(table.entryCount()).isEqualTo(model.size());
      images.add(new Image<>(fixture.store.freeze(), model));
      for (var image : images) {
        assertThat(fixture.values(image.frozen, spec)).isEqualTo(image.expected);
      }
      try (var other = new StoreFixture<>(keys)) {
        StoreFixture.copy(
            images.get(images.size() - 1).frozen, "values", other.store.valueTable(spec));
        assertThat(other.values(other.store.freeze(), spec)).isEqualTo(model);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("keyTypes")
  <U> void maps_randomOperations(String name, TypeSerializer<U> userKeys, LongFunction<U> keyOf) {
    Random random = random();
    var spec = new TableSpec.OfMaps<>("maps", VOID, userKeys, Serializers.STRING);
    try (var fixture = new StoreFixture<>(Serializers.STRING)) {
      MapTable<String, VoidNamespace, U, String> table = fixture.store.mapTable(spec);
      Map<List<Object>, Map<U, String>> model = new HashMap<>();
      List<Image<Map<List<Object>, Map<U, String>>>> images = new ArrayList<>();
      for (int i = 0; i < OPERATIONS; i++) {
        // One large map and many small ones.
        String key = random.nextInt(4) > 0 ? "large" : "small-" + random.nextInt(500);
        List<Object> modelKey = List.of(key, VoidNamespace.INSTANCE);
        int userKeyCount = key.equals("large") ? KEYS : 4;
        U userKey = keyOf.apply(random.nextInt(userKeyCount));
        var context = fixture.on(key);
        if (random.nextInt(OPERATIONS / 4) == 0) {
          table.clear(context, VoidNamespace.INSTANCE);
          model.remove(modelKey);
        } else if (isRemoval(random, i)) {
          table.remove(context, VoidNamespace.INSTANCE, userKey);
          model.computeIfPresent(
              modelKey,
              (k, map) -> {
                map.remove(userKey);
                return map.isEmpty() ? null : map;
              });
        } else {
          table.put(context, VoidNamespace.INSTANCE, userKey, "value-" + i);
          model.computeIfAbsent(modelKey, k -> new HashMap<>()).put(userKey, "value-" + i);
        }
        Map<U, String> expected = model.getOrDefault(modelKey, Map.of());
        U probed = keyOf.apply(random.nextInt(userKeyCount));
        assertThat(table.get(context, VoidNamespace.INSTANCE, probed))
            .isEqualTo(expected.get(probed));
        assertThat(table.contains(context, VoidNamespace.INSTANCE, probed))
            .isEqualTo(expected.containsKey(probed));
        assertThat(table.isEmpty(context, VoidNamespace.INSTANCE)).isEqualTo(expected.isEmpty());
        if (random.nextInt(OPERATIONS / 40) == 0) {
          Map<List<Object>, Map<U, String>> copy = new HashMap<>();
          model.forEach((k, map) -> copy.put(k, new HashMap<>(map)));
          images.add(new Image<>(fixture.store.freeze(), copy));
          if (images.size() > IMAGES_MAX) {
            var image = images.remove(random.nextInt(images.size()));
            assertThat(fixture.maps(image.frozen, spec)).isEqualTo(image.expected);
            image.frozen.close();
          }
        }
      }
      assertThat(table.entryCount()).isEqualTo(model.size());
      images.add(new Image<>(fixture.store.freeze(), model));
      for (var image : images) {
        assertThat(fixture.maps(image.frozen, spec)).isEqualTo(image.expected);
      }
      try (var other = new StoreFixture<>(Serializers.STRING)) {
        StoreFixture.copy(images.get(images.size() - 1).frozen, "maps", other.store.mapTable(spec));
        assertThat(other.maps(other.store.freeze(), spec)).isEqualTo(model);
      }
    }
  }

  static Stream<Arguments> elementTypes() {
    return Stream.of(
        Arguments.of("long", Serializers.LONG, (LongFunction<Long>) i -> i),
        Arguments.of("string", Serializers.STRING, (LongFunction<String>) i -> "element-" + i));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("elementTypes")
  <E> void lists_randomOperations(
      String name, TypeSerializer<E> elements, LongFunction<E> elementOf) {
    Random random = random();
    var spec = new TableSpec.OfLists<>("lists", VOID, elements);
    try (var fixture = new StoreFixture<>(Serializers.LONG)) {
      ListTable<Long, VoidNamespace, E> table = fixture.store.listTable(spec);
      Map<List<Object>, List<E>> model = new HashMap<>();
      List<Image<Map<List<Object>, List<E>>>> images = new ArrayList<>();
      for (int i = 0; i < OPERATIONS; i++) {
        long key = random.nextInt(4) > 0 ? 0 : random.nextInt(300);
        List<Object> modelKey = List.of(key, VoidNamespace.INSTANCE);
        var context = fixture.on(key);
        int operation = random.nextInt(1000);
        if (operation < 2) {
          table.clear(context, VoidNamespace.INSTANCE);
          model.remove(modelKey);
        } else if (operation < 4) {
          Collection<E> replacement = some(random, elementOf);
          table.set(context, VoidNamespace.INSTANCE, replacement);
          model.put(modelKey, new ArrayList<>(replacement));
        } else if (operation < 20) {
          Collection<E> added = some(random, elementOf);
          table.addAll(context, VoidNamespace.INSTANCE, added);
          model.computeIfAbsent(modelKey, k -> new ArrayList<>()).addAll(added);
        } else {
          E element = elementOf.apply(i);
          table.add(context, VoidNamespace.INSTANCE, element);
          model.computeIfAbsent(modelKey, k -> new ArrayList<>()).add(element);
        }
        if (random.nextInt(100) == 0) {
          List<E> actual = new ArrayList<>();
          table.iterator(context, VoidNamespace.INSTANCE).forEachRemaining(actual::add);
          assertThat(actual).isEqualTo(model.getOrDefault(modelKey, List.of()));
        }
        if (random.nextInt(OPERATIONS / 40) == 0) {
          Map<List<Object>, List<E>> copy = new HashMap<>();
          model.forEach((k, list) -> copy.put(k, new ArrayList<>(list)));
          images.add(new Image<>(fixture.store.freeze(), copy));
          if (images.size() > IMAGES_MAX) {
            var image = images.remove(random.nextInt(images.size()));
            assertThat(fixture.lists(image.frozen, spec)).isEqualTo(image.expected);
            image.frozen.close();
          }
        }
      }
      assertThat(table.entryCount()).isEqualTo(model.size());
      images.add(new Image<>(fixture.store.freeze(), model));
      for (var image : images) {
        assertThat(fixture.lists(image.frozen, spec)).isEqualTo(image.expected);
      }
      try (var other = new StoreFixture<>(Serializers.LONG)) {
        StoreFixture.copy(
            images.get(images.size() - 1).frozen, "lists", other.store.listTable(spec));
        assertThat(other.lists(other.store.freeze(), spec)).isEqualTo(model);
      }
    }
  }

  private static <E> Collection<E> some(Random random, LongFunction<E> elementOf) {
    int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 3000 : 10);
    List<E> result = new ArrayList<>();
    random.longs(count).mapToObj(elementOf).forEach(result::add);
    return result;
  }

  /** Tables grow, shrink to about a tenth, and so again. */
  private static boolean isRemoval(Random random, int operation) {
    int percent = operation % (OPERATIONS / 2) < OPERATIONS / 4 ? 5 : 90;
    return random.nextInt(100) < percent;
  }
}
