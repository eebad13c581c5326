// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.OperatorStateBackend;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which partitions a subtask of a source reads, and how far they are read, as operator state.
 *
 * <p>On restore every subtask gets the positions of all partitions and picks its own: of the sorted
 * names each {@code parallelism}-th. The positions of partitions that are not there at the moment
 * are kept by the first subtask, in case they come back.
 */
final class SourcePositions {
  private final ListState<Position> state;
  private final List<String> partitions = new ArrayList<>();
  private final Map<String, Object> restored = new TreeMap<>();

  /** What the first subtask keeps of partitions that nobody reads. */
  private final Map<String, Object> kept = new TreeMap<>();

  /**
   * How far a partition is read.
   *
   * @param partition its name
   * @param position the source's position
   */
  record Position(String partition, Object position) {}

  /**
   * Restores the positions.
   *
   * @throws IllegalArgumentException if two partitions have one name
   */
  SourcePositions(
      OperatorStateBackend operatorState,
      TypeSerializer<Object> serializer,
      List<String> allPartitions,
      int index,
      int parallelism) {
    state =
        operatorState.unionList(
            ListStateDescriptor.of("positions", new PositionSerializer(serializer)));
    TreeSet<String> sorted = new TreeSet<>(allPartitions);
    if (sorted.size() != allPartitions.size()) {
      throw new IllegalArgumentException("two partitions have one name: " + allPartitions);
    }
    int at = 0;
    for (String partition : sorted) {
      if (at++ % parallelism == index) {
        partitions.add(partition);
      }
    }
    for (Position position : state.get()) {
      if (partitions.contains(position.partition)) {
        restored.put(position.partition, position.position);
      } else if (index == 0 && !sorted.contains(position.partition)) {
        kept.put(position.partition, position.position);
      }
    }
  }

  /** Returns the names of the partitions that the subtask reads. */
  List<String> partitions() {
    return List.copyOf(partitions);
  }

  /** Returns how far they were read, by their names. */
  Map<String, Object> restored() {
    return Map.copyOf(restored);
  }

  /** Puts positions into the state. Of partitions that are not told of, the restored ones stay. */
  void save(Map<String, Object> reached) {
    restored.putAll(reached);
    List<Position> all = new ArrayList<>();
    restored.forEach((partition, position) -> all.add(new Position(partition, position)));
    kept.forEach((partition, position) -> all.add(new Position(partition, position)));
    state.update(all);
  }

  /** Writes the name of the partition, then the source's position. */
  private record PositionSerializer(TypeSerializer<Object> positions)
      implements TypeSerializer<Position> {

    @Override
    public void serialize(Position value, BinaryOutput out) {
      out.writeString(value.partition);
      positions.serialize(value.position, out);
    }

    @Override
    public Position deserialize(BinaryInput in) {
      return new Position(in.readString(), positions.deserialize(in));
    }

    @Override
    public boolean isImmutable() {
      return positions.isImmutable();
    }

    @Override
    public TypeSerializer<Position> duplicate() {
      return new PositionSerializer(positions.duplicate());
    }

    @Override
    public TypeSchema schema() {
      return TypeSchema.named(
          "record",
          "Position",
          List.of(
              new TypeSchema.Member("partition", TypeSchema.of("string")),
              new TypeSchema.Member("position", positions.schema())));
    }
  }
}
