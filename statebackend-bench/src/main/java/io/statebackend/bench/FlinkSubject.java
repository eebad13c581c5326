// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupedInternalPriorityQueue;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.TimerHeapInternalTimer;
import org.apache.flink.streaming.api.operators.TimerSerializer;
import org.jspecify.annotations.Nullable;

/** A keyed state backend of Flink, opened as its task opens it, without a cluster around it. */
final class FlinkSubject implements StatesSubject, DurableSubject, TimedSubject {
  private static final String STATE = "state";

  private final FlinkTask task;

  FlinkSubject(StateBackend backend) {
    task = new FlinkTask(backend);
  }

  /** Opens Flink's RocksDB with its default settings, but with incremental checkpoints. */
  static FlinkSubject inRocksDb(Path directory) {
    EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend(true);
    backend.setDbStoragePath(directory.resolve("db").toString());
    backend.setPriorityQueueStateType(EmbeddedRocksDBStateBackend.PriorityQueueStateType.ROCKSDB);
    return new FlinkSubject(backend);
  }

  private static <K, S extends State> S open(
      AbstractKeyedStateBackend<K> keyed, StateDescriptor<S, ?> descriptor) {
    return FlinkCalls.unchecked(
        () ->
            keyed.getPartitionedState(
                VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor));
  }

  @Override
  public <K, V> ValueSubject<K, V> value(Entries<K, V> entries) {
    return value(task.keyed(entries.keyClass()), entries);
  }

  private static <K, V> ValueSubject<K, V> value(
      AbstractKeyedStateBackend<K> keyed, Entries<K, V> entries) {
    return new FlinkValue<>(
        keyed, open(keyed, new ValueStateDescriptor<>(STATE, typeOfValues(entries))));
  }

  @Override
  public <K, V> MapSubject<K, V> map(Entries<K, V> entries) {
    AbstractKeyedStateBackend<K> keyed = task.keyed(entries.keyClass());
    return new FlinkMap<>(
        keyed,
        open(
            keyed,
            new MapStateDescriptor<>(
                STATE, TypeInformation.of(Long.class), typeOfValues(entries))));
  }

  @Override
  public <K, V> ListSubject<K, V> list(Entries<K, V> entries) {
    AbstractKeyedStateBackend<K> keyed = task.keyed(entries.keyClass());
    return new FlinkList<>(
        keyed, open(keyed, new ListStateDescriptor<>(STATE, typeOfValues(entries))));
  }

  @Override
  public <K, V> ReducingSubject<K, V> reducing(Entries<K, V> entries) {
    AbstractKeyedStateBackend<K> keyed = task.keyed(entries.keyClass());
    return new FlinkReducing<>(
        keyed,
        open(keyed, new ReducingStateDescriptor<>(STATE, entries::combine, typeOfValues(entries))));
  }

  private static <V> TypeInformation<V> typeOfValues(Entries<?, V> entries) {
    return TypeInformation.of(entries.valueClass());
  }

  @Override
  public <K, V> DurableState<K, V> create(Entries<K, V> entries, Path directory) {
    return durable(task.keyed(entries.keyClass()), entries, directory);
  }

  @Override
  public <K, V> DurableState<K, V> restore(
      Entries<K, V> entries, Path directory, Checkpoint checkpoint) {
    if (checkpoint instanceof FlinkDurableState.FlinkCheckpoint ofFlink) {
      return durable(task.keyed(entries.keyClass(), List.of(ofFlink.handle())), entries, directory);
    }
    throw new IllegalArgumentException("not a checkpoint of Flink: " + checkpoint);
  }

  private static <K, V> DurableState<K, V> durable(
      AbstractKeyedStateBackend<K> keyed, Entries<K, V> entries, Path directory) {
    return new FlinkDurableState<>(keyed, value(keyed, entries), directory);
  }

  @Override
  public TimersSubject timers() {
    AbstractKeyedStateBackend<Long> keyed = task.keyed(Long.class);
    return new FlinkTimers(
        keyed,
        keyed.create(
            STATE,
            new TimerSerializer<>(LongSerializer.INSTANCE, VoidNamespaceSerializer.INSTANCE)));
  }

  @Override
  public void close() {
    task.close();
  }

  /** What Flink's timer service does with its queue. */
  private record FlinkTimers(
      AbstractKeyedStateBackend<Long> keyed,
      KeyGroupedInternalPriorityQueue<TimerHeapInternalTimer<Long, VoidNamespace>> queue)
      implements TimersSubject {

    private static TimerHeapInternalTimer<Long, VoidNamespace> timer(long key, long timestamp) {
      return new TimerHeapInternalTimer<>(timestamp, key, VoidNamespace.INSTANCE);
    }

    @Override
    public void register(long key, long timestamp) {
      keyed.setCurrentKey(key);
      queue.add(timer(key, timestamp));
    }

    @Override
    public void delete(long key, long timestamp) {
      keyed.setCurrentKey(key);
      queue.remove(timer(key, timestamp));
    }

    @Override
    public long fire(long upTo) {
      long sum = 0;
      TimerHeapInternalTimer<Long, VoidNamespace> timer = queue.peek();
      while (timer != null && timer.getTimestamp() <= upTo) {
        queue.poll();
        keyed.setCurrentKey(timer.getKey());
        sum += keyed.getCurrentKey();
        timer = queue.peek();
      }
      return sum;
    }
  }

  private record FlinkValue<K, V>(AbstractKeyedStateBackend<K> keyed, ValueState<V> state)
      implements ValueSubject<K, V> {

    @Override
    public @Nullable V get(K key) {
      try {
        keyed.setCurrentKey(key);
        return state.value();
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }

    @Override
    public void update(K key, V value) {
      try {
        keyed.setCurrentKey(key);
        state.update(value);
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }

    @Override
    public void readModifyWrite(K key, V added, BinaryOperator<V> combine) {
      try {
        keyed.setCurrentKey(key);
        state.update(combine.apply(state.value(), added));
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }
  }

  private record FlinkMap<K, V>(AbstractKeyedStateBackend<K> keyed, MapState<Long, V> state)
      implements MapSubject<K, V> {

    @Override
    public @Nullable V get(K key, Long userKey) {
      try {
        keyed.setCurrentKey(key);
        return state.get(userKey);
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }

    @Override
    public void put(K key, Long userKey, V value) {
      try {
        keyed.setCurrentKey(key);
        state.put(userKey, value);
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }

    @Override
    public boolean contains(K key, Long userKey) {
      try {
        keyed.setCurrentKey(key);
        return state.contains(userKey);
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }

    @Override
    public void remove(K key, Long userKey) {
      try {
        keyed.setCurrentKey(key);
        state.remove(userKey);
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }

    @Override
    public void forEach(K key, BiConsumer<Long, V> action) {
      try {
        keyed.setCurrentKey(key);
        for (Map.Entry<Long, V> entry : state.entries()) {
          action.accept(entry.getKey(), entry.getValue());
        }
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }
  }

  private record FlinkList<K, V>(AbstractKeyedStateBackend<K> keyed, ListState<V> state)
      implements ListSubject<K, V> {

    @Override
    public void add(K key, V element) {
      try {
        keyed.setCurrentKey(key);
        state.add(element);
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }

    @Override
    public void addAll(K key, List<V> elements) {
      try {
        keyed.setCurrentKey(key);
        state.addAll(elements);
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }

    @Override
    public void forEach(K key, Consumer<V> action) {
      try {
        keyed.setCurrentKey(key);
        for (V element : state.get()) {
          action.accept(element);
        }
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }
  }

  private record FlinkReducing<K, V>(AbstractKeyedStateBackend<K> keyed, ReducingState<V> state)
      implements ReducingSubject<K, V> {

    @Override
    public void add(K key, V value) {
      try {
        keyed.setCurrentKey(key);
        state.add(value);
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }

    @Override
    public @Nullable V get(K key) {
      try {
        keyed.setCurrentKey(key);
        return state.get();
      } catch (Exception e) {
        throw FlinkCalls.failed(e);
      }
    }
  }
}
