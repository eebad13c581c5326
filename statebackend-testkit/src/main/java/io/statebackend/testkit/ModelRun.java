// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.AggregatingState;
import io.statebackend.api.AggregatingStateDescriptor;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ReducingState;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.StableHash;
import io.statebackend.api.StateDescriptor;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.TestStore.Cell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Random operations, done to an operator and to a model at the same time. What a step does depends
 * on the seed and its number alone, so that any of them can be left out.
 */
final class ModelRun {
  private static final ValueStateDescriptor<String> VALUE =
      ValueStateDescriptor.of("value", Serializers.STRING);
  private static final ListStateDescriptor<String> LIST =
      ListStateDescriptor.of("list", Serializers.STRING);
  private static final MapStateDescriptor<String, String> MAP =
      MapStateDescriptor.of("map", Serializers.STRING, Serializers.STRING);
  private static final ReducingStateDescriptor<String> REDUCING =
      ReducingStateDescriptor.of("reducing", String::concat, Serializers.STRING);
  private static final AggregatingStateDescriptor<Integer, List<Long>, Double> MEAN =
      AggregatingStateDescriptor.of("mean", new Mean(), Serializers.list(Serializers.LONG));
  private static final List<String> KEYS =
      List.of("", "a", "aa", "ab", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k".repeat(200));
  private static final List<String> NAMESPACES = List.of("", "a", "b", "n");
  private static final List<String> USER_KEYS = List.of("", "a", "u", "v", "w", "x", "y", "z");

  /** What can be done, each as often as it is listed times its weight. */
  private enum Operation {
    UPDATE_VALUE(10),
    CLEAR_VALUE(4),
    ADD_TO_LIST(10),
    ADD_ALL_TO_LIST(3),
    UPDATE_LIST(2),
    CLEAR_LIST(2),
    PUT_INTO_MAP(12),
    PUT_ALL_INTO_MAP(2),
    REMOVE_FROM_MAP(8),
    CLEAR_MAP(2),
    ADD_TO_REDUCING(6),
    CLEAR_REDUCING(2),
    ADD_TO_MEAN(6),
    CLEAR_MEAN(2),
    MERGE_NAMESPACES(3),
    CLEAR_KEY(1),
    CHECKPOINT(1),
    BEGIN_CHECKPOINT(1),
    RESTORE(1),
    MOVE(1);

    private static final List<Operation> WEIGHTED =
        Stream.of(values())
            .flatMap(operation -> Stream.generate(() -> operation).limit(operation.weight))
            .toList();

    private final int weight;

    Operation(int weight) {
      this.weight = weight;
    }

    /**
     * Draws one; what takes or restores checkpoints is put back except once in this number of
     * draws.
     */
    static Operation draw(Random random, int restartRarity) {
      while (true) {
        Operation drawn = WEIGHTED.get(random.nextInt(WEIGHTED.size()));
        if (!drawn.isPartOfRestart() || restartRarity == 1 || random.nextInt(restartRarity) == 0) {
          return drawn;
        }
      }
    }

    private boolean isPartOfRestart() {
      return switch (this) {
        case CHECKPOINT, BEGIN_CHECKPOINT, RESTORE, MOVE -> true;
        default -> false;
      };
    }
  }

  /** A step that was done. */
  private record Done(int number, Operation operation, Cell cell) {
    @Override
    public String toString() {
      return number + " " + operation + " at '" + cell.key() + "'/'" + cell.namespace() + "'";
    }
  }

  /** The keyed state of a subtask. */
  private record SubtaskState(
      KeyedStateBackend<String> keyed,
      NamespacedState<String, ValueState<String>> values,
      NamespacedState<String, ListState<String>> lists,
      NamespacedState<String, MapState<String, String>> maps,
      NamespacedState<String, ReducingState<String>> reduced,
      NamespacedState<String, AggregatingState<Integer, Double>> means) {

    static SubtaskState of(KeyedStateBackend<String> keyed) {
      return new SubtaskState(
          keyed,
          keyed.value(VALUE, Serializers.STRING),
          keyed.list(LIST, Serializers.STRING),
          keyed.map(MAP, Serializers.STRING),
          keyed.reducing(REDUCING, Serializers.STRING),
          keyed.aggregating(MEAN, Serializers.STRING));
    }
  }

  private final TestOperator<String> operator;

  /** By subtask. */
  private final List<SubtaskState> subtasks = new ArrayList<>();

  private final StateBackend tested;
  private StateBackend backend;
  private StateBackend otherBackend;
  private final long seed;
  private final int restartRarity;
  private final ModelCounts counts = new ModelCounts();
  private final Random random = new Random();
  private final List<Done> operations = new ArrayList<>();
  private Model model = new Model();
  private Model restorable = new Model();

  /** A checkpoint that is still being written; the model then is what it holds. */
  private @Nullable CompletableFuture<CompletedCheckpoint> pending;

  /** The number of the step, which is in what it writes. */
  private int step;

  ModelRun(
      TestOperator<String> operator,
      StateBackend backend,
      StateBackend otherBackend,
      long seed,
      int restartRarity) {
    this.operator = operator;
    this.tested = backend;
    this.backend = backend;
    this.otherBackend = otherBackend;
    this.seed = seed;
    this.restartRarity = restartRarity;
    declareAll();
  }

  /** Declares all states; to be called whenever the operator was started. */
  private void declareAll() {
    subtasks.clear();
    for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
      subtasks.add(SubtaskState.of(operator.keyed(subtask)));
    }
  }

  /** Makes a key the current one, and returns the state of its subtask. */
  private SubtaskState at(String key) {
    SubtaskState state = subtasks.get(operator.subtaskOf(key));
    state.keyed.setCurrentKey(key);
    return state;
  }

  /** Tells what was done, the last operation last. */
  List<String> operations() {
    return operations.stream().map(Done::toString).toList();
  }

  ModelCounts counts() {
    return counts;
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private String newText() {
    return "s" + step + "x".repeat(random.nextInt(8));
  }

  private List<String> newTexts() {
    List<String> texts = new ArrayList<>();
    for (int i = random.nextInt(5); i > 0; i--) {
      texts.add(newText() + i);
    }
    return texts;
  }

  /** Does one operation, then compares what it touched. */
  void step(int number) {
    step = number;
    random.setSeed(StableHash.ofLong(StableHash.ofLong(seed) + number));
    Operation operation = Operation.draw(random, restartRarity);
    counts.steps++;
    if (backend == tested) {
      counts.stepsOnTested++;
    }
    Cell cell = new Cell(any(KEYS), any(NAMESPACES));
    operations.add(new Done(number, operation, cell));
    run(operation, cell, at(cell.key()));
    if (operation == Operation.RESTORE || operation == Operation.MOVE) {
      declareAll();
      checkAll();
    } else {
      check(cell);
    }
  }

  private void run(Operation operation, Cell cell, SubtaskState state) {
    switch (operation) {
      case UPDATE_VALUE, CLEAR_VALUE -> changeValue(operation, cell, state);
      case ADD_TO_LIST, ADD_ALL_TO_LIST, UPDATE_LIST, CLEAR_LIST ->
          changeList(operation, cell, state);
      case PUT_INTO_MAP, PUT_ALL_INTO_MAP, REMOVE_FROM_MAP, CLEAR_MAP ->
          changeMap(operation, cell, state);
      case ADD_TO_REDUCING, CLEAR_REDUCING, ADD_TO_MEAN, CLEAR_MEAN ->
          aggregate(operation, cell, state);
      case MERGE_NAMESPACES -> mergeNamespaces(cell, state);
      case CLEAR_KEY -> {
        state.keyed.clearCurrentKey();
        model.clearKey(cell.key());
      }
      case CHECKPOINT -> {
        beginCheckpoint();
        awaitCheckpoint();
      }
      case BEGIN_CHECKPOINT -> beginCheckpoint();
      case RESTORE -> restore();
      case MOVE -> moveToTheOtherBackend();
    }
  }

  private void changeValue(Operation operation, Cell cell, SubtaskState state) {
    ValueState<String> value = state.values.in(cell.namespace());
    if (operation == Operation.UPDATE_VALUE) {
      String text = newText();
      value.update(text);
      model.values.put(cell, text);
    } else {
      value.clear();
      model.values.remove(cell);
    }
  }

  private void changeList(Operation operation, Cell cell, SubtaskState state) {
    ListState<String> list = state.lists.in(cell.namespace());
    List<String> texts = newTexts();
    switch (operation) {
      case ADD_TO_LIST -> {
        String text = newText();
        list.add(text);
        model.addToList(cell, List.of(text));
      }
      case ADD_ALL_TO_LIST -> {
        list.addAll(texts);
        model.addToList(cell, texts);
      }
      case UPDATE_LIST -> {
        list.update(texts);
        model.lists.remove(cell);
        model.addToList(cell, texts);
      }
      default -> {
        list.clear();
        model.lists.remove(cell);
      }
    }
  }

  private void changeMap(Operation operation, Cell cell, SubtaskState state) {
    MapState<String, String> map = state.maps.in(cell.namespace());
    String userKey = any(USER_KEYS);
    switch (operation) {
      case PUT_INTO_MAP -> {
        String text = newText();
        map.put(userKey, text);
        model.putIntoMap(cell, Map.of(userKey, text));
      }
      case PUT_ALL_INTO_MAP -> {
        Map<String, String> entries = new HashMap<>();
        newTexts().forEach(text -> entries.put(any(USER_KEYS), text));
        map.putAll(entries);
        model.putIntoMap(cell, entries);
      }
      case REMOVE_FROM_MAP -> {
        map.remove(userKey);
        model.removeFromMap(cell, userKey);
      }
      default -> {
        map.clear();
        model.maps.remove(cell);
      }
    }
  }

  private void aggregate(Operation operation, Cell cell, SubtaskState state) {
    ReducingState<String> reducing = state.reduced.in(cell.namespace());
    AggregatingState<Integer, Double> mean = state.means.in(cell.namespace());
    switch (operation) {
      case ADD_TO_REDUCING -> {
        String text = newText();
        reducing.add(text);
        model.reduced.merge(cell, text, String::concat);
      }
      case CLEAR_REDUCING -> {
        reducing.clear();
        model.reduced.remove(cell);
      }
      case ADD_TO_MEAN -> {
        int number = random.nextInt(1_000);
        mean.add(number);
        model.numbers.computeIfAbsent(cell, absent -> new ArrayList<>()).add(number);
      }
      default -> {
        mean.clear();
        model.numbers.remove(cell);
      }
    }
  }

  private void mergeNamespaces(Cell target, SubtaskState state) {
    Set<String> sources = new LinkedHashSet<>(List.of(any(NAMESPACES), any(NAMESPACES)));
    state.keyed.mergeNamespaces(state.lists, target.namespace(), sources);
    state.keyed.mergeNamespaces(state.reduced, target.namespace(), sources);
    state.keyed.mergeNamespaces(state.means, target.namespace(), sources);
    sources.remove(target.namespace());
    sources.forEach(source -> model.merge(target, new Cell(target.key(), source)));
  }

  /** Takes images; what is done to the operator from now on must not be in the checkpoint. */
  private void beginCheckpoint() {
    awaitCheckpoint();
    pending = operator.beginCheckpoint();
    counts.checkpoints++;
    restorable = model.copy();
  }

  private void awaitCheckpoint() {
    if (pending != null) {
      pending.join();
      pending = null;
    }
  }

  private void restore() {
    awaitCheckpoint();
    operator.restore(backend, 1 + random.nextInt(4));
    counts.restores++;
    model = restorable.copy();
  }

  private void moveToTheOtherBackend() {
    awaitCheckpoint();
    StateBackend before = backend;
    backend = otherBackend;
    otherBackend = before;
    operator.moveTo(backend, 1 + random.nextInt(4));
    counts.moves++;
    // What the other backend wrote in its own format is not to be restored into this one.
    beginCheckpoint();
  }

  private void check(Cell cell) {
    SubtaskState state = at(cell.key());
    String namespace = cell.namespace();
    assertEqual(state.values.in(namespace).value(), model.values.get(cell), "value at %s", cell);
    assertEqual(
        state.lists.in(namespace).get(),
        model.lists.getOrDefault(cell, List.of()),
        "list at %s",
        cell);
    checkMap(cell, state.maps.in(namespace));
    assertEqual(
        state.reduced.in(namespace).get(), model.reduced.get(cell), "reduced value at %s", cell);
    assertEqual(state.means.in(namespace).get(), model.mean(cell), "mean at %s", cell);
  }

  private void checkMap(Cell cell, MapState<String, String> map) {
    Map<String, String> expected = model.maps.getOrDefault(cell, Map.of());
    Map<String, String> actual = new HashMap<>();
    for (Map.Entry<String, String> entry : map) {
      String twice = actual.put(entry.getKey(), entry.getValue());
      assertEqual(twice, null, "user key '%s' that was met before at %s", entry.getKey(), cell);
    }
    assertEqual(actual, expected, "map at %s", cell);
    assertEqual(map.isEmpty(), expected.isEmpty(), "map at %s is empty", cell);
    for (String userKey : USER_KEYS) {
      assertEqual(
          map.get(userKey), expected.get(userKey), "value of user key '%s' at %s", userKey, cell);
      assertEqual(
          map.contains(userKey),
          expected.containsKey(userKey),
          "contains user key '%s' at %s",
          userKey,
          cell);
    }
  }

  /** Compares first: to build an assertion takes longer than the operation it is about. */
  private static void assertEqual(
      @Nullable Object actual, @Nullable Object expected, String what, Object... where) {
    if (!Objects.equals(actual, expected)) {
      assertThat(actual).as(what, where).isEqualTo(expected);
    }
  }

  /** Compares everything, with counts and keys. */
  void checkAll() {
    for (String key : KEYS) {
      for (String namespace : NAMESPACES) {
        check(new Cell(key, namespace));
      }
    }
    checkCells(VALUE, model.values.keySet());
    checkCells(LIST, model.lists.keySet());
    checkCells(MAP, model.maps.keySet());
    checkCells(REDUCING, model.reduced.keySet());
    checkCells(MEAN, model.numbers.keySet());
    for (String namespace : NAMESPACES) {
      List<String> keys = new ArrayList<>();
      for (SubtaskState state : subtasks) {
        try (Stream<String> own = state.keyed.keys(state.maps, namespace)) {
          own.forEach(keys::add);
        }
      }
      assertThat(keys)
          .as("keys that have a map in namespace '%s'", namespace)
          .containsExactlyInAnyOrderElementsOf(
              model.maps.keySet().stream()
                  .filter(cell -> cell.namespace().equals(namespace))
                  .map(Cell::key)
                  .toList());
    }
  }

  private void checkCells(StateDescriptor descriptor, Set<Cell> cells) {
    long entryCount = 0;
    for (SubtaskState state : subtasks) {
      entryCount += state.keyed.entryCount(descriptor);
    }
    assertThat(entryCount).as("entries of %s", descriptor).isEqualTo(cells.size());
  }
}
