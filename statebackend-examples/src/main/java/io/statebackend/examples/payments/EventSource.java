// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.payments;

import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.runtime.Source;
import io.statebackend.runtime.SourceOutput;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.LongUnaryOperator;

/**
 * Partitions of events that are made as they are read. A position is the index of the next event.
 *
 * @param <E> the events
 */
final class EventSource<E extends Event> implements Source<E, Long> {
  private static final int READ_MAX = 100;

  private final List<String> partitions;
  private final long perPartition;
  private final BiFunction<Integer, Long, E> events;

  /** By the index of an event, the time that no event from there on is before. */
  private final LongUnaryOperator time;

  private EventSource(
      List<String> partitions,
      long perPartition,
      BiFunction<Integer, Long, E> events,
      LongUnaryOperator time) {
    this.partitions = partitions;
    this.perPartition = perPartition;
    this.events = events;
    this.time = time;
  }

  static EventSource<Event.Payment> payments(long perPartition) {
    return new EventSource<>(
        List.of("0", "1", "2", "3"), perPartition, Numbers::payment, Numbers::timeFrom);
  }

  static EventSource<Event.Rule> rules(long count) {
    return new EventSource<>(
        List.of("0"),
        count,
        (partition, index) -> Numbers.rule(index),
        index -> Numbers.rule(index).timeMillis());
  }

  @Override
  public TypeSerializer<Long> positionSerializer() {
    return Serializers.LONG;
  }

  @Override
  public List<String> partitions() {
    return partitions;
  }

  @Override
  public Reader<E, Long> open(List<String> assigned, Map<String, Long> positions) {
    TreeMap<String, Long> reached = new TreeMap<>();
    assigned.forEach(partition -> reached.put(partition, positions.getOrDefault(partition, 0L)));
    return new EventReader(reached);
  }

  /** Reads of each partition in turn, always the one that is behind most. */
  private final class EventReader implements Reader<E, Long> {
    private final Map<String, Long> reached;

    EventReader(Map<String, Long> reached) {
      this.reached = reached;
    }

    @Override
    public Status read(SourceOutput<E> output) {
      String partition = "";
      long index = perPartition;
      for (Map.Entry<String, Long> entry : reached.entrySet()) {
        if (entry.getValue() < index) {
          partition = entry.getKey();
          index = entry.getValue();
        }
      }
      if (partition.isEmpty()) {
        return Status.END;
      }
      output.watermark(time.applyAsLong(index) - 1);
      long end = Math.min(perPartition, index + READ_MAX);
      for (; index < end; index++) {
        output.emit(events.apply(Integer.parseInt(partition), index));
      }
      reached.put(partition, end);
      return Status.READ;
    }

    @Override
    public Map<String, Long> positions() {
      return reached;
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
