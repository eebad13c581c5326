// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Types made at random of the others, up to four deep, and nested generic ones. */
@SuppressWarnings("ArrayRecordComponent") // Odd types on purpose.
final class GeneratedTypesTest {
  private static final long SEED = Long.getLong("statebackend.seed", new Random().nextLong());
  private static final int TYPES = 200;
  private static final int DEPTH_MAX = 4;
  private static final int VALUES = 5;

  /** Types with {@code equals} and {@code hashCode}, to be elements of sets and keys of maps. */
  private static final Set<String> HASHABLE =
      Set.of("Long", "Integer", "String", "UUID", "BigInteger", "Instant", "Suit", "Point");

  private static final List<Samples<?>> ALL = Samples.all();
  private static final List<Samples<?>> KEYS =
      ALL.stream().filter(samples -> HASHABLE.contains(samples.name())).toList();

  record Pair<A, B>(A first, B second) {}

  record Many<T>(Map<String, List<T>> lists, T[] array, Optional<Pair<T, Many<T>>> next) {}

  private static Samples<?> anyOf(List<Samples<?>> samples, Random random) {
    return samples.get(random.nextInt(samples.size()));
  }

  private static Samples<?> type(Random random, int depth) {
    if (depth == 0) {
      return anyOf(ALL, random);
    }
    Samples<?> part = type(random, depth - 1);
    boolean takesBytes = part.serializer().fixedLength() != 0;
    return switch (takesBytes ? random.nextInt(5) : 0) {
      case 0 -> optional(part);
      case 1 -> list(part);
      case 2 -> map(anyOf(KEYS, random), part);
      case 3 -> list(set(anyOf(KEYS, random)));
      default -> array(part);
    };
  }

  private static <T> Samples<Optional<T>> optional(Samples<T> part) {
    return new Samples<>(
        "Optional<" + part.name() + ">",
        Serializers.optional(part.serializer()),
        List.of(Optional.empty()),
        random -> Optional.of(part.random().apply(random)));
  }

  private static <T> Samples<List<T>> list(Samples<T> part) {
    return new Samples<>(
        "List<" + part.name() + ">",
        Serializers.list(part.serializer()),
        List.of(List.of()),
        random -> part.values(random, random.nextInt(3)));
  }

  private static <T> Samples<Set<T>> set(Samples<T> part) {
    return new Samples<>(
        "Set<" + part.name() + ">",
        Serializers.set(part.serializer()),
        List.of(Set.of()),
        random -> Set.of(part.random().apply(random)));
  }

  private static <K, V> Samples<Map<K, V>> map(Samples<K> key, Samples<V> value) {
    return new Samples<>(
        "Map<" + key.name() + ", " + value.name() + ">",
        Serializers.map(key.serializer(), value.serializer()),
        List.of(Map.of()),
        random -> {
          Map<K, V> map = new LinkedHashMap<>();
          for (K k : key.values(random, 1)) {
            map.put(k, value.random().apply(random));
          }
          return map;
        });
  }

  private static <T> Samples<T[]> array(Samples<T> part) {
    @SuppressWarnings("unchecked") // The class of a value is one of its type.
    Class<T> type = (Class<T>) Object.class;
    return new Samples<>(
        part.name() + "[]",
        Serializers.array(type, part.serializer()),
        List.of(),
        random -> part.values(random, 1).toArray(newArray(type)));
  }

  @SuppressWarnings("unchecked") // Made for the class.
  private static <T> T[] newArray(Class<T> type) {
    return (T[]) java.lang.reflect.Array.newInstance(type, 0);
  }

  @Test
  void types_roundTrip() {
    for (int i = 0; i < TYPES; i++) {
      long seed = SEED + i;
      Random random = new Random(seed);
      check(type(random, 1 + random.nextInt(DEPTH_MAX)), random, seed);
    }
  }

  private static <T> void check(Samples<T> samples, Random random, long seed) {
    TypeSerializer<T> serializer = samples.serializer();
    String replay = "%s, replay with -Dstatebackend.seed=%d".formatted(samples.name(), seed);
    TypeSchema schema = TypeSchema.parse(serializer.schema().toString());
    assertThat(schema).as(replay).isEqualTo(serializer.schema());
    assertThat(serializer.compatibility(schema)).as(replay).isEqualTo(Compatibility.asIs());
    TypeSerializer<Object> bySchema = Serializers.ofSchema(schema);
    for (T value : samples.values(random, VALUES)) {
      byte[] bytes = Bytes.of(serializer, value);
      BinaryInput in = new BinaryInput(bytes);
      T read = serializer.deserialize(in);
      assertThat(in.remaining()).as(replay).isZero();
      assertThat(Bytes.of(serializer, read)).as(replay).isEqualTo(bytes);
      assertThat(Bytes.of(serializer, serializer.copy(value))).as(replay).isEqualTo(bytes);
      assertThat(Bytes.of(bySchema, Bytes.read(bySchema, bytes))).as(replay).isEqualTo(bytes);
    }
  }

  @Test
  @SuppressWarnings({"unchecked", "rawtypes"}) // A generic array has no other way to be made.
  void nestedGenericTypes_roundTrip() {
    List<String>[] lists = new List[] {List.of("a"), List.of()};
    Many<Long> many =
        new Many<>(
            Map.of("a", List.of(1L, 2L)),
            new Long[] {3L},
            Optional.of(new Pair<>(4L, new Many<>(Map.of(), new Long[0], Optional.empty()))));
    assertReadBack(new TypeRef<Many<Long>>() {}, many);
    assertReadBack(
        new TypeRef<Map<String, List<Optional<Pair<UUID, BigDecimal[]>>>>>() {},
        Map.of(
            "a",
            List.of(
                Optional.empty(),
                Optional.of(new Pair<>(new UUID(1, 2), new BigDecimal[] {BigDecimal.ONE})))));
    assertReadBack(
        new TypeRef<Pair<Pair<Instant, ? extends Set<Integer>>, List<String>[]>>() {},
        new Pair<>(new Pair<>(Instant.EPOCH, Set.of(1)), lists));
  }

  private static <T> void assertReadBack(TypeRef<T> type, T value) {
    TypeSerializer<T> serializer = Serializers.of(type);
    T read = Bytes.read(serializer, Bytes.of(serializer, value));
    assertThat(read).usingRecursiveComparison().isEqualTo(value);
    assertThat(serializer.equal(read, value)).isTrue();
    assertThat(serializer.equal(serializer.copy(value), value)).isTrue();
  }
}
