// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.spi.KeyContext;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.ListSerializer;
import org.apache.flink.api.common.typeutils.base.MapSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.queryablestate.client.state.serialization.KvStateSerializer;
import org.apache.flink.runtime.state.ListDelimitedSerializer;
import org.apache.flink.runtime.state.internal.InternalKvState;
import org.jspecify.annotations.Nullable;

/**
 * What handles of all kinds have: the state, the current key, and a namespace.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <SV> what Flink takes for the value
 * @param <T> the state that the handle is on
 */
abstract class KeyedState<K, N, SV, T extends KeyedTable<K, N, SV>>
    implements InternalKvState<K, N, SV> {
  final StateAccess<K> access;
  final KeyContext<K> key;
  final T state;

  /** Null until it is set for the first time. */
  private @Nullable N namespace;

  KeyedState(StateAccess<K> access, T state) {
    this.access = access;
    this.key = access.key();
    this.state = state;
  }

  /** Returns the current namespace. */
  final N namespace() {
    N current = namespace;
    if (current == null) {
      throw new IllegalStateException("no namespace is set: state='%s'".formatted(state.name()));
    }
    return current;
  }

  @Override
  public TypeSerializer<K> getKeySerializer() {
    return access.keySerializer();
  }

  @Override
  public TypeSerializer<N> getNamespaceSerializer() {
    return state.meta().getNamespaceSerializer();
  }

  @Override
  public TypeSerializer<SV> getValueSerializer() {
    return state.meta().getStateSerializer();
  }

  @Override
  public void setCurrentNamespace(N current) {
    if (current == null) {
      throw new NullPointerException("namespace must not be null: state='" + state.name() + "'");
    }
    namespace = current;
  }

  @Override
  public void clear() {
    state.clear(key, namespace());
  }

  @Override
  public byte @Nullable [] getSerializedValue(
      byte[] serializedKeyAndNamespace,
      TypeSerializer<K> safeKeySerializer,
      TypeSerializer<N> safeNamespaceSerializer,
      TypeSerializer<SV> safeValueSerializer)
      throws IOException {
    access.checkOwner(state.name());
    Tuple2<K, N> keyAndNamespace =
        KvStateSerializer.deserializeKeyAndNamespace(
            serializedKeyAndNamespace, safeKeySerializer, safeNamespaceSerializer);
    SV value = state.get(access.contextOf(keyAndNamespace.f0), keyAndNamespace.f1);
    return value == null ? null : serialized(value, safeValueSerializer);
  }

  @SuppressWarnings("unchecked") // the kind of the state says what the value is
  private static <SV> byte[] serialized(SV value, TypeSerializer<SV> serializer)
      throws IOException {
    if (value instanceof List<?> list && serializer instanceof ListSerializer<?> lists) {
      return new ListDelimitedSerializer()
          .serializeList(
              (List<Object>) list, (TypeSerializer<Object>) lists.getElementSerializer());
    }
    if (value instanceof Map<?, ?> map && serializer instanceof MapSerializer<?, ?> maps) {
      return KvStateSerializer.serializeMap(
          ((Map<Object, Object>) map).entrySet(),
          (TypeSerializer<Object>) maps.getKeySerializer(),
          (TypeSerializer<Object>) maps.getValueSerializer());
    }
    return KvStateSerializer.serializeValue(value, serializer);
  }

  @Override
  public StateIncrementalVisitor<K, N, SV> getStateIncrementalVisitor(
      int recommendedMaxNumberOfReturnedRecords) {
    return new Visitor<>(access, state, recommendedMaxNumberOfReturnedRecords);
  }
}
