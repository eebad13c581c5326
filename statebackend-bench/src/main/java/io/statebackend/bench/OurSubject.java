// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ReducingState;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.Timers;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One of our engines, with the layers above it that a program has. */
final class OurSubject implements StatesSubject, DurableSubject, TimedSubject {
  private static final String STATE = "state";

  private final StateBackend engine;
  private @Nullable CheckpointStorage storage;
  private @Nullable CheckpointCoordinator checkpoints;
  private @Nullable Subtask subtask;

  OurSubject(StateBackend engine) {
    this.engine = engine;
  }

  private Subtask openSubtask(CheckpointStorage openedStorage) {
    storage = openedStorage;
    checkpoints = CheckpointCoordinator.builder(openedStorage).open();
    subtask = checkpoints.subtask("bench").open();
    return subtask;
  }

  private <K> KeyedStateBackend<K> keyed(Entries<K, ?> entries) {
    return openSubtask(MemoryCheckpointStorage.create()).keyed(engine, entries.keySerializer());
  }

  @Override
  public <K, V> ValueSubject<K, V> value(Entries<K, V> entries) {
    KeyedStateBackend<K> keyed = keyed(entries);
    return new OurValue<>(
        keyed, keyed.value(ValueStateDescriptor.of(STATE, entries.valueSerializer())));
  }

  @Override
  public <K, V> MapSubject<K, V> map(Entries<K, V> entries) {
    KeyedStateBackend<K> keyed = keyed(entries);
    return new OurMap<>(
        keyed,
        keyed.map(MapStateDescriptor.of(STATE, Serializers.LONG, entries.valueSerializer())));
  }

  @Override
  public <K, V> ListSubject<K, V> list(Entries<K, V> entries) {
    KeyedStateBackend<K> keyed = keyed(entries);
    return new OurList<>(
        keyed, keyed.list(ListStateDescriptor.of(STATE, entries.valueSerializer())));
  }

  @Override
  public <K, V> ReducingSubject<K, V> reducing(Entries<K, V> entries) {
    KeyedStateBackend<K> keyed = keyed(entries);
    return new OurReducing<>(
        keyed,
        keyed.reducing(
            ReducingStateDescriptor.of(STATE, entries::combine, entries.valueSerializer())));
  }

  @Override
  public <K, V> DurableState<K, V> create(Entries<K, V> entries, Path directory) {
    return openDurable(entries, directory);
  }

  @Override
  public <K, V> DurableState<K, V> restore(
      Entries<K, V> entries, Path directory, Checkpoint checkpoint) {
    checkpoint.await();
    return openDurable(entries, directory);
  }

  /** Opens the state with what the latest checkpoint in a directory holds, if there is one. */
  private <K, V> DurableState<K, V> openDurable(Entries<K, V> entries, Path directory) {
    Subtask opened = openSubtask(FileCheckpointStorage.open(directory));
    KeyedStateBackend<K> keyed = opened.keyed(engine, entries.keySerializer());
    return new OurDurableState<>(
        requireNonNull(checkpoints),
        opened,
        keyed,
        keyed.value(ValueStateDescriptor.of(STATE, entries.valueSerializer())));
  }

  @Override
  public TimersSubject timers() {
    KeyedStateBackend<Long> keyed =
        openSubtask(MemoryCheckpointStorage.create()).keyed(engine, Serializers.LONG);
    return new OurTimers(keyed, keyed.timers(STATE, VoidNamespace.serializer()));
  }

  @Override
  public void close() {
    if (subtask != null) {
      subtask.close();
    }
    if (checkpoints != null) {
      checkpoints.close();
    }
    if (storage != null) {
      storage.close();
    }
    engine.close();
  }

  private record OurTimers(KeyedStateBackend<Long> keyed, Timers<VoidNamespace> timers)
      implements TimersSubject {

    @Override
    public void register(long key, long timestamp) {
      keyed.setCurrentKey(key);
      timers.register(VoidNamespace.INSTANCE, timestamp);
    }

    @Override
    public void delete(long key, long timestamp) {
      keyed.setCurrentKey(key);
      timers.delete(VoidNamespace.INSTANCE, timestamp);
    }

    @Override
    public long fire(long upTo) {
      long[] sum = new long[1];
      timers.fire(upTo, Integer.MAX_VALUE, (namespace, timestamp) -> sum[0] += keyed.currentKey());
      return sum[0];
    }
  }

  private record OurValue<K, V>(KeyedStateBackend<K> keyed, ValueState<V> state)
      implements ValueSubject<K, V> {

    @Override
    public @Nullable V get(K key) {
      keyed.setCurrentKey(key);
      return state.value();
    }

    @Override
    public void update(K key, V value) {
      keyed.setCurrentKey(key);
      state.update(value);
    }

    @Override
    public void readModifyWrite(K key, V added, BinaryOperator<V> combine) {
      keyed.setCurrentKey(key);
      state.update(combine.apply(state.value(), added));
    }
  }

  private record OurMap<K, V>(KeyedStateBackend<K> keyed, MapState<Long, V> state)
      implements MapSubject<K, V> {

    @Override
    public @Nullable V get(K key, Long userKey) {
      keyed.setCurrentKey(key);
      return state.get(userKey);
    }

    @Override
    public void put(K key, Long userKey, V value) {
      keyed.setCurrentKey(key);
      state.put(userKey, value);
    }

    @Override
    public boolean contains(K key, Long userKey) {
      keyed.setCurrentKey(key);
      return state.contains(userKey);
    }

    @Override
    public void remove(K key, Long userKey) {
      keyed.setCurrentKey(key);
      state.remove(userKey);
    }

    @Override
    public void forEach(K key, BiConsumer<Long, V> action) {
      keyed.setCurrentKey(key);
      for (Map.Entry<Long, V> entry : state) {
        action.accept(entry.getKey(), entry.getValue());
      }
    }
  }

  private record OurList<K, V>(KeyedStateBackend<K> keyed, ListState<V> state)
      implements ListSubject<K, V> {

    @Override
    public void add(K key, V element) {
      keyed.setCurrentKey(key);
      state.add(element);
    }

    @Override
    public void addAll(K key, List<V> elements) {
      keyed.setCurrentKey(key);
      state.addAll(elements);
    }

    @Override
    public void forEach(K key, Consumer<V> action) {
      keyed.setCurrentKey(key);
      for (V element : state) {
        action.accept(element);
      }
    }
  }

  private record OurReducing<K, V>(KeyedStateBackend<K> keyed, ReducingState<V> state)
      implements ReducingSubject<K, V> {

    @Override
    public void add(K key, V value) {
      keyed.setCurrentKey(key);
      state.add(value);
    }

    @Override
    public @Nullable V get(K key) {
      keyed.setCurrentKey(key);
      return state.get();
    }
  }
}
