// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static io.statebackend.core.serialization.types.ElementsLayout.checkPresent;
import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.Duplicates;
import io.statebackend.core.serialization.schema.KeyHash;
import io.statebackend.core.serialization.schema.MadeOfParts;
import io.statebackend.core.serialization.schema.Parts;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.ToldOnce;
import io.statebackend.core.serialization.schema.Words;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Maps in their order of iteration.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 * @param <M> the type of the maps
 */
public final class MapSerializer<K, V, M extends Map<K, V>> implements MadeOfParts<M> {

  /**
   * The kind of the maps.
   *
   * @param <M> their type
   */
  public interface Kind<M> {
    /** Creates an empty map, with room for a number of entries if the kind has such a thing. */
    M create(int entryCount);

    /**
     * Checks that a map read back is equal to this one, and in its order.
     *
     * @throws IllegalArgumentException if not
     */
    default void check(M map) {}
  }

  private final TypeSerializer<K> key;
  private final TypeSerializer<V> value;
  private final TypeSchema schema;
  private final KeyHash<M> keyHash;
  private final Duplicates duplicates = new Duplicates();
  private final int entryLengthMin;
  private final Kind<M> kind;

  /** Returns the serializer of maps of any kind, read back as {@link LinkedHashMap}s. */
  public static <K, V> MapSerializer<K, V, Map<K, V>> linked(
      TypeSerializer<K> key, TypeSerializer<V> value) {
    return new MapSerializer<>(key, value, MapSerializer::newMap);
  }

  /** Returns the serializer of maps in the natural order of their keys, read as trees. */
  public static <K, V> MapSerializer<K, V, NavigableMap<K, V>> sorted(
      TypeSerializer<K> key, TypeSerializer<V> value) {
    return new MapSerializer<>(key, value, new SortedKind<>());
  }

  /** Returns the serializer of maps whose keys are the constants of an enum. */
  public static <K extends Enum<K>, V> MapSerializer<K, V, EnumMap<K, V>> ofEnum(
      Class<K> keyType, TypeSerializer<K> key, TypeSerializer<V> value) {
    return new MapSerializer<>(key, value, entryCount -> new EnumMap<>(keyType));
  }

  private static final class SortedKind<K, V> implements Kind<NavigableMap<K, V>> {
    @Override
    public NavigableMap<K, V> create(int entryCount) {
      return new TreeMap<>();
    }

    @Override
    public void check(NavigableMap<K, V> map) {
      ElementsLayout.checkNatural(map.comparator(), "map");
    }
  }

  private MapSerializer(TypeSerializer<K> key, TypeSerializer<V> value, Kind<M> kind) {
    this.kind = kind;
    this.key = ElementsLayout.checkElement(key, "key");
    this.value = requireNonNull(value, "value");
    this.schema = ToldOnce.of(Words.MAP, key.schema(), value.schema());
    this.keyHash = new KeyHash<>(this);
    this.entryLengthMin = ElementsLayout.lengthMin(key) + Math.max(0, value.fixedLength());
  }

  @Override
  public void serialize(M map, BinaryOutput out) {
    check(map);
    ElementsLayout.writeCount(map.size(), out);
    for (Map.Entry<K, V> entry : map.entrySet()) {
      key.serialize(checkPresent(entry.getKey(), this), out);
      value.serialize(checkPresent(entry.getValue(), this), out);
    }
  }

  @Override
  public M deserialize(BinaryInput in) {
    int count = ElementsLayout.readCount(in, entryLengthMin);
    M map = kind.create(ElementsLayout.initialCapacity(count));
    for (int i = 0; i < count; i++) {
      K k = key.deserialize(in);
      if (map.put(k, value.deserialize(in)) != null) {
        throw new CorruptStateException("a key is twice in a " + schema);
      }
    }
    return map;
  }

  /** Creates a map for a number of entries (Java 17 has no factory for it). */
  private static <K, V> Map<K, V> newMap(int count) {
    return new LinkedHashMap<>((int) (count / 0.75f) + 1);
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  private void check(M map) {
    kind.check(map);
    if (!ElementsLayout.isDistinct(key, map)) {
      M distinct = kind.create(map.size());
      for (Map.Entry<K, V> entry : map.entrySet()) {
        put(distinct, checkPresent(entry.getKey(), this), checkPresent(entry.getValue(), this));
      }
    }
  }

  @Override
  public M copy(M map) {
    kind.check(map);
    M copy = kind.create(map.size());
    for (Map.Entry<K, V> entry : map.entrySet()) {
      put(
          copy,
          key.copy(checkPresent(entry.getKey(), this)),
          value.copy(checkPresent(entry.getValue(), this)));
    }
    return copy;
  }

  private void put(M target, K k, V v) {
    if (target.put(k, v) != null) {
      throw ElementsLayout.equalElements("keys of a map", k, this);
    }
  }

  @Override
  public long stableHash(M map) {
    return keyHash.of(map);
  }

  /** {@inheritDoc} Here whatever their order. */
  @Override
  public boolean equal(M a, M b) {
    if (a.size() != b.size()) {
      return false;
    }
    for (Map.Entry<K, V> entry : a.entrySet()) {
      V other = b.get(entry.getKey());
      if (other == null || !value.equal(entry.getValue(), other)) {
        return false;
      }
    }
    return true;
  }

  /** {@inheritDoc} Nulls in it are. */
  @Override
  public boolean canRefuse() {
    return true;
  }

  @Override
  public List<TypeSerializer<?>> parts() {
    return List.of(key, value);
  }

  @Override
  @SuppressWarnings("unchecked") // A duplicate is of the type of its original.
  public TypeSerializer<M> withParts(List<TypeSerializer<?>> own) {
    return new MapSerializer<>(
        (TypeSerializer<K>) own.get(0), (TypeSerializer<V>) own.get(1), kind);
  }

  @Override
  public Duplicates duplicates() {
    return duplicates;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  @Override
  public Compatibility<M> compatibility(StoredType stored, Path path) {
    if (!stored.matches(Words.MAP, 2)) {
      return path.differs(stored, schema);
    }
    return Parts.compose(
        path.keys().compareElement(key, stored.part(0)),
        key,
        path.values().compare(value, stored.part(1)),
        value,
        (storedKey, storedValue) -> new MapSerializer<>(storedKey, storedValue, kind));
  }
}
