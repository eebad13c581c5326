// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A savepoint of each engine is restored by each engine. */
final class EnginesTest {
  private static final int KEY_COUNT = 300;
  private static final String OPERATOR = "operator";

  @TempDir private Path directory;

  static Stream<Arguments> pairs() {
    return Engines.names().stream()
        .flatMap(from -> Engines.names().stream().map(to -> Arguments.of(from, to)));
  }

  /** The states of an operator, of which each key has some. */
  private static final class States {
    private final KeyedStateBackend<String> keyed;
    private final ValueState<Long> value;
    private final ListState<String> list;
    private final MapState<Integer, String> map;

    States(Subtask subtask, StateBackend backend) {
      keyed = subtask.keyed(backend, Serializers.STRING);
      value = keyed.value(ValueStateDescriptor.of("value", Serializers.LONG));
      list = keyed.list(ListStateDescriptor.of("list", Serializers.STRING));
      map = keyed.map(MapStateDescriptor.of("map", Serializers.INT, Serializers.STRING));
    }

    void fill() {
      for (int i = 0; i < KEY_COUNT; i++) {
        keyed.setCurrentKey("key-" + i);
        value.update((long) i);
        IntStream.range(0, i % 7).forEach(element -> list.add("element-" + element));
        for (int userKey = 0; userKey < i % 11; userKey++) {
          map.put(userKey, "v" + userKey);
        }
        if (i % 3 == 0) {
          value.clear();
          map.remove(1);
        }
        if (i % 5 == 0) {
          list.clear();
        }
      }
    }

    void check() {
      for (int i = 0; i < KEY_COUNT; i++) {
        keyed.setCurrentKey("key-" + i);
        assertThat(value.value()).as("value %d", i).isEqualTo(i % 3 == 0 ? null : (Long) (long) i);
        List<String> elements =
            IntStream.range(0, i % 5 == 0 ? 0 : i % 7).mapToObj(e -> "element-" + e).toList();
        assertThat(list.get()).as("list %d", i).isEqualTo(elements);
        Map<Integer, String> entries = new HashMap<>();
        for (int userKey = 0; userKey < i % 11; userKey++) {
          entries.put(userKey, "v" + userKey);
        }
        if (i % 3 == 0) {
          entries.remove(1);
        }
        Map<Integer, String> found = new HashMap<>();
        map.iterator().forEachRemaining(entry -> found.put(entry.getKey(), entry.getValue()));
        assertThat(found).as("map %d", i).isEqualTo(entries);
      }
    }
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("pairs")
  void savepoint_ofOneEngine_isRestoredByAnother(String from, String to) {
    Path saved = directory.resolve("saved");
    try (var storage = FileCheckpointStorage.open(saved);
        var backend = Engines.open(from, directory.resolve("from"));
        var checkpoints = CheckpointCoordinator.builder(storage).open();
        var subtask = checkpoints.subtask(OPERATOR).open()) {
      new States(subtask, backend).fill();
      CompletableFuture<CompletedCheckpoint> savepoint = checkpoints.savepoint("pair");
      subtask.snapshotIfPending();
      savepoint.join();
    }
    try (var source = FileCheckpointStorage.openReadOnly(saved);
        var storage = FileCheckpointStorage.open(directory.resolve("restored"));
        var backend = Engines.open(to, directory.resolve("to"));
        var checkpoints =
            CheckpointCoordinator.builder(storage).restoreFrom(source, "savepoint-pair").open();
        var subtask = checkpoints.subtask(OPERATOR).open()) {
      new States(subtask, backend).check();
    }
  }
}
