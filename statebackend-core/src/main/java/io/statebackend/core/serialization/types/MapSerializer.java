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
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.KeyHash;
import io.statebackend.core.serialization.schema.Parts;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Maps in their order of iteration, read back as {@link LinkedHashMap}s.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
public final class MapSerializer<K, V> implements BuiltInSerializer<Map<K, V>> {
  private final TypeSerializer<K> key;
  private final TypeSerializer<V> value;
  private final TypeSchema schema;
  private final KeyHash<Map<K, V>> keyHash;
  private final int entryLengthMin;

  public MapSerializer(TypeSerializer<K> key, TypeSerializer<V> value) {
    this.key = ElementsLayout.checkElement(key, "key");
    this.value = requireNonNull(value, "value");
    this.schema = TypeSchema.of(Words.MAP, key.schema(), value.schema());
    this.keyHash = new KeyHash<>(this);
    this.entryLengthMin = ElementsLayout.lengthMin(key) + Math.max(0, value.fixedLength());
  }

  @Override
  public void serialize(Map<K, V> map, BinaryOutput out) {
    ElementsLayout.writeCount(map.size(), out);
    for (Map.Entry<K, V> entry : map.entrySet()) {
      key.serialize(checkPresent(entry.getKey(), this), out);
      value.serialize(checkPresent(entry.getValue(), this), out);
    }
  }

  @Override
  public Map<K, V> deserialize(BinaryInput in) {
    int count = ElementsLayout.readCount(in, entryLengthMin);
    Map<K, V> map = newMap(ElementsLayout.initialCapacity(count));
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

  @Override
  public Map<K, V> copy(Map<K, V> map) {
    Map<K, V> copy = newMap(map.size());
    for (Map.Entry<K, V> entry : map.entrySet()) {
      copy.put(
          key.copy(checkPresent(entry.getKey(), this)),
          value.copy(checkPresent(entry.getValue(), this)));
    }
    return copy;
  }

  @Override
  public long stableHash(Map<K, V> map) {
    return keyHash.of(map);
  }

  /** {@inheritDoc} Here whatever their order. */
  @Override
  public boolean equal(Map<K, V> a, Map<K, V> b) {
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

  @Override
  public TypeSchema schema() {
    return schema;
  }

  @Override
  public Compatibility<Map<K, V>> compatibility(StoredType stored, Path path) {
    if (!stored.matches(Words.MAP, 2)) {
      return path.differs(stored, schema);
    }
    return Parts.compose(
        path.keys().compareElement(key, stored.part(0)),
        key,
        path.values().compare(value, stored.part(1)),
        value,
        MapSerializer::new);
  }
}
