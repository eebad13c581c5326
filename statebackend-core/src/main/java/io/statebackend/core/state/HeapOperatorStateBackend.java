// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.OperatorStateBackend;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateDescriptor;
import io.statebackend.api.StateKind;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.SnapshotWriter;
import io.statebackend.core.snapshot.StateMeta;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Operator state on the heap, whatever the engine of the keyed state. */
final class HeapOperatorStateBackend implements OperatorStateBackend {
  private final SubtaskPosition position;
  private final StateRegistry registry;
  private final Map<String, HeapOperatorState> states = new LinkedHashMap<>();
  private boolean closed;

  HeapOperatorStateBackend(SubtaskPosition position, StateRegistry registry) {
    this.position = position;
    this.registry = registry;
  }

  @Override
  public <E> ListState<E> splitList(ListStateDescriptor<E> descriptor) {
    return list(StateKind.SPLIT_LIST, descriptor);
  }

  @Override
  public <E> ListState<E> unionList(ListStateDescriptor<E> descriptor) {
    return list(StateKind.UNION_LIST, descriptor);
  }

  @SuppressWarnings("unchecked") // declare() answers with a state of the descriptor's types
  private <E> ListState<E> list(StateKind kind, ListStateDescriptor<E> descriptor) {
    TypeSerializer<E> serializer = descriptor.valueSerializer().duplicate();
    return (HeapListState<E>)
        declare(
            nameOf(descriptor),
            kind,
            VoidNamespace.serializer(),
            serializer,
            meta -> new HeapListState<>(meta, serializer, this::checkOpen));
  }

  @Override
  @SuppressWarnings("unchecked") // declare() answers with a state of the descriptor's types
  public <U, V> MapState<U, V> broadcastMap(MapStateDescriptor<U, V> descriptor) {
    Serializers.checkKey(
        descriptor.userKeySerializer(), "user key of state '" + descriptor.name() + "'");
    TypeSerializer<U> userKeys = descriptor.userKeySerializer().duplicate();
    TypeSerializer<V> values = descriptor.valueSerializer().duplicate();
    return (HeapMapState<U, V>)
        declare(
            nameOf(descriptor),
            StateKind.BROADCAST_MAP,
            userKeys,
            values,
            meta -> new HeapMapState<>(meta, userKeys, values, this::checkOpen));
  }

  /** Returns the name of a state, which must not have a time to live. */
  private static String nameOf(StateDescriptor descriptor) {
    if (descriptor.ttl() != null) {
      throw new IllegalArgumentException(
          "operator state has no time to live: state='%s', ttl=%s; declare it without"
              .formatted(descriptor.name(), descriptor.ttl()));
    }
    return descriptor.name();
  }

  private <U, V> HeapOperatorState declare(
      String name,
      StateKind kind,
      TypeSerializer<U> userKeySerializer,
      TypeSerializer<V> valueSerializer,
      Function<StateMeta, HeapOperatorState> create) {
    checkOpen();
    DeclaredTypes types =
        new DeclaredTypes(
            name, kind, VoidNamespace.serializer(), userKeySerializer, valueSerializer);
    StateMeta meta = types.meta();
    if (!registry.declare(meta)) {
      return requireNonNull(states.get(meta.name()));
    }
    HeapOperatorState state = create.apply(meta);
    try {
      List<RestoredState> restored = registry.restored(meta.name());
      for (RestoredState part : restored) {
        part.check(types);
      }
      for (RestoredState part : restored) {
        if (isLoaded(meta.kind(), part)) {
          load(state, part, userKeySerializer, valueSerializer);
        }
      }
      if (meta.kind() == StateKind.SPLIT_LIST && isRescaled(restored)) {
        retainShare((HeapListState<?>) state);
      }
      states.put(meta.name(), state);
    } catch (RuntimeException | Error e) {
      // What was loaded by half is forgotten: the state can be declared again.
      registry.withdraw(meta);
      throw e;
    }
    registry.loaded(meta);
    return state;
  }

  private static <U, V> void load(
      HeapOperatorState state,
      RestoredState part,
      TypeSerializer<U> userKeySerializer,
      TypeSerializer<V> valueSerializer) {
    try {
      state.load(part.entries(SnapshotWriter.OPERATOR_STATE, userKeySerializer, valueSerializer));
    } catch (CorruptStateException e) {
      throw part.located(e);
    }
  }

  /** Tells whether this subtask needs what one old subtask wrote. */
  private boolean isLoaded(StateKind kind, RestoredState part) {
    return switch (kind) {
      case SPLIT_LIST -> position.takesSplitListsOf(part.snapshot().header());
      case BROADCAST_MAP -> position.broadcastsFrom(part.snapshot().header());
      default -> true;
    };
  }

  private boolean isRescaled(List<RestoredState> restored) {
    return restored.stream().anyMatch(part -> position.isRescaledFrom(part.snapshot().header()));
  }

  private void retainShare(HeapListState<?> list) {
    int size = list.size();
    list.retain((int) position.firstOfShare(size), (int) position.endOfShare(size));
  }

  Collection<HeapOperatorState> states() {
    return new ArrayList<>(states.values());
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException(
          "the operator state of operator '%s', subtask %d, is closed"
              .formatted(position.operatorId(), position.subtask()));
    }
  }

  void close() {
    closed = true;
  }
}
