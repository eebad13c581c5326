// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.MapState;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.core.snapshot.StateMeta;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An operator map. Keys and values are copied when they come in and when they go out, so that an
 * image may share them; user keys are the same if their bytes are.
 */
final class HeapMapState<U, V> implements MapState<U, V>, HeapOperatorState {
  private final StateMeta meta;
  private final TypeSerializer<U> userKeySerializer;
  private final TypeSerializer<V> valueSerializer;
  private final SerializableCheck<V> valueCheck;
  private final Runnable checkOpen;
  private final Map<ByteBuffer, Map.Entry<U, V>> entries = new LinkedHashMap<>();

  HeapMapState(
      StateMeta meta,
      TypeSerializer<U> userKeySerializer,
      TypeSerializer<V> valueSerializer,
      Runnable checkOpen) {
    this.meta = meta;
    this.userKeySerializer = userKeySerializer;
    this.valueSerializer = valueSerializer;
    this.valueCheck = new SerializableCheck<>(valueSerializer);
    this.checkOpen = checkOpen;
  }

  @Override
  public @Nullable V get(U userKey) {
    checkOpen.run();
    Map.Entry<U, V> entry = entries.get(bytes(userKey));
    return entry == null ? null : valueSerializer.copy(entry.getValue());
  }

  @Override
  public void put(U userKey, V value) {
    checkOpen.run();
    ByteBuffer bytes = bytes(userKey);
    checkValue(value);
    putCopy(bytes, userKey, value);
  }

  private void putCopy(ByteBuffer bytes, U userKey, V value) {
    entries.put(bytes, copy(userKey, value));
  }

  private Map.Entry<U, V> copy(U userKey, V value) {
    return Map.entry(userKeySerializer.copy(userKey), valueSerializer.copy(value));
  }

  @Override
  public void putAll(Map<? extends U, ? extends V> added) {
    checkOpen.run();
    requireNonNull(added, () -> "null is not a legal map of state '" + meta.name() + "'");
    Map<ByteBuffer, Map.Entry<U, V>> copies = new LinkedHashMap<>();
    added
        .entrySet()
        .forEach(
            entry -> {
              checkValue(entry.getValue());
              copies.put(bytes(entry.getKey()), copy(entry.getKey(), entry.getValue()));
            });
    entries.putAll(copies);
  }

  @Override
  public void remove(U userKey) {
    checkOpen.run();
    entries.remove(bytes(userKey));
  }

  @Override
  public boolean contains(U userKey) {
    checkOpen.run();
    return entries.containsKey(bytes(userKey));
  }

  @Override
  public boolean isEmpty() {
    checkOpen.run();
    return entries.isEmpty();
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator() {
    checkOpen.run();
    return List.copyOf(entries.values()).stream().map(this::copy).iterator();
  }

  private Map.Entry<U, V> copy(Map.Entry<U, V> entry) {
    return Map.entry(
        userKeySerializer.copy(entry.getKey()), valueSerializer.copy(entry.getValue()));
  }

  @Override
  public void clear() {
    checkOpen.run();
    entries.clear();
  }

  private ByteBuffer bytes(U userKey) {
    requireNonNull(userKey, () -> "null is not a legal user key of state '" + meta.name() + "'");
    BinaryOutput out = new BinaryOutput();
    userKeySerializer.serialize(userKey, out);
    return ByteBuffer.wrap(out.toByteArray());
  }

  /** Refuses what could not be written: one bad value would block all checkpoints. */
  private void checkValue(@Nullable V value) {
    valueCheck.check(
        requireNonNull(
            value, () -> "null is not a legal map value of state '" + meta.name() + "'"));
  }

  @Override
  public StateMeta meta() {
    return meta;
  }

  @Override
  public void load(EntrySource source) {
    while (source.next()) {
      BinaryInput page = source.value();
      while (page.remaining() > 0) {
        U userKey = Field.read(userKeySerializer, page);
        V value = Field.read(valueSerializer, page);
        entries.put(bytes(userKey), Map.entry(userKey, value));
      }
    }
  }

  @Override
  public Supplier<EntryCursor> freeze() {
    List<Map.Entry<U, V>> image = List.copyOf(entries.values());
    TypeSerializer<U> userKeys = userKeySerializer.duplicate();
    TypeSerializer<V> values = valueSerializer.duplicate();
    return () ->
        new PageCursor<>(
            image,
            (entry, out) -> {
              Field.write(userKeys, entry.getKey(), out);
              Field.write(values, entry.getValue(), out);
            });
  }
}
