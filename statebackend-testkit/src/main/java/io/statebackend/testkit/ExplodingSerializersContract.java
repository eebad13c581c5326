// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;

/**
 * A serializer that throws, at any of its calls and whatever it throws, leaves nothing behind: the
 * operation has done nothing, the next one finds all as it was, and the next checkpoint restores.
 * Of an operation with several elements the first ones may be stored, as each is serialized once
 * more after all were tried.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
public abstract class ExplodingSerializersContract extends BackendContract {
  private static final int KEY_COUNT = 8;
  private static final int STEPS = 400;
  private static final int STEPS_PER_CHECKPOINT = 40;

  private final ExplodingSerializer.Fuse fuse = new ExplodingSerializer.Fuse();
  private final TypeSerializer<List<String>> mutable =
      new ExplodingSerializer<>(Serializers.list(Serializers.STRING), fuse);
  private final TypeSerializer<String> immutable =
      new ExplodingSerializer<>(Serializers.STRING, fuse);

  private final ValueStateDescriptor<List<String>> value =
      ValueStateDescriptor.of("value", mutable);
  private final ValueStateDescriptor<String> text = ValueStateDescriptor.of("text", immutable);
  private final ListStateDescriptor<List<String>> list = ListStateDescriptor.of("list", mutable);
  private final MapStateDescriptor<String, List<String>> map =
      MapStateDescriptor.of("map", immutable, mutable);
  private final ReducingStateDescriptor<String> reducing =
      ReducingStateDescriptor.of("reducing", (a, b) -> a.compareTo(b) > 0 ? a : b, immutable);

  /** What is stored under one key. */
  private static final class Cell {
    private @Nullable List<String> value;
    private @Nullable String text;
    private List<List<String>> list = new ArrayList<>();
    private Map<String, List<String>> map = new TreeMap<>();
    private @Nullable String reduced;

    private String asText() {
      return value + " " + text + " " + list + " " + map + " " + reduced;
    }
  }

  /**
   * One change of the state.
   *
   * @param onModel the changes of the model, of which the first ones may happen if it fails, or
   *     none; all if it succeeds
   */
  private record Step(String name, Runnable onState, List<Runnable> onModel) {
    Step(String name, Runnable onState, Runnable onModel) {
      this(name, onState, List.of(onModel));
    }
  }

  private final Map<Integer, Cell> model = new HashMap<>();

  /** Creates the contract, for one test. */
  protected ExplodingSerializersContract() {}

  private static Throwable throwable(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> new StackOverflowError("of the serializer");
      case 1 -> new OutOfMemoryError("of the serializer");
      case 2 -> new AssertionError("of the serializer");
      default -> new IllegalArgumentException("of the serializer");
    };
  }

  private static String text(Random random) {
    // Some do not fit where shorter ones did, nor in one page.
    int length = random.nextInt(20) == 0 ? 3_000 : random.nextInt(20);
    return String.valueOf((char) ('a' + random.nextInt(26))).repeat(length);
  }

  private static List<String> texts(Random random) {
    List<String> texts = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      texts.add(text(random));
    }
    return texts;
  }

  private static String userKey(Random random) {
    return "u" + random.nextInt(12);
  }

  private Step step(Random random, KeyedStateBackend<String> keyed, Cell cell) {
    List<String> element = texts(random);
    String word = text(random);
    ListState<List<String>> elements = keyed.list(list);
    MapState<String, List<String>> pairs = keyed.map(map);
    String userKey = userKey(random);
    List<List<String>> several = new ArrayList<>();
    Map<String, List<String>> severalPairs = new LinkedHashMap<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      several.add(texts(random));
      severalPairs.put(userKey(random), texts(random));
    }
    return switch (random.nextInt(14)) {
      case 0 ->
          new Step(
              "value.update", () -> keyed.value(value).update(element), () -> cell.value = element);
      case 1 ->
          new Step("text.update", () -> keyed.value(text).update(word), () -> cell.text = word);
      case 2 -> new Step("value.clear", () -> keyed.value(value).clear(), () -> cell.value = null);
      case 3, 4 -> new Step("list.add", () -> elements.add(element), () -> cell.list.add(element));
      case 5 -> new Step("list.addAll", () -> elements.addAll(several), additions(several, cell));
      case 6 -> new Step("list.update", () -> elements.update(several), replacement(several, cell));
      case 7 -> new Step("list.iterator", () -> elements.forEach(e -> {}), () -> {});
      case 8, 9 ->
          new Step(
              "map.put", () -> pairs.put(userKey, element), () -> cell.map.put(userKey, element));
      case 10 ->
          new Step(
              "map.putAll",
              () -> pairs.putAll(severalPairs),
              severalPairs.entrySet().stream()
                  .<Runnable>map(entry -> () -> cell.map.put(entry.getKey(), entry.getValue()))
                  .toList());
      case 11 ->
          new Step("map.remove", () -> pairs.remove(userKey), () -> cell.map.remove(userKey));
      case 12 -> new Step("map.iterator", () -> pairs.forEach(e -> {}), () -> {});
      default ->
          new Step(
              "reducing.add",
              () -> keyed.reducing(reducing).add(word),
              () ->
                  cell.reduced =
                      cell.reduced == null || cell.reduced.compareTo(word) <= 0
                          ? word
                          : cell.reduced);
    };
  }

  private static List<Runnable> additions(List<List<String>> elements, Cell cell) {
    return elements.stream().<Runnable>map(element -> () -> cell.list.add(element)).toList();
  }

  private static List<Runnable> replacement(List<List<String>> elements, Cell cell) {
    List<Runnable> changes = new ArrayList<>();
    changes.add(() -> cell.list = new ArrayList<>());
    changes.addAll(additions(elements, cell));
    return changes;
  }

  private String read(KeyedStateBackend<String> keyed) {
    Cell cell = new Cell();
    cell.value = keyed.value(value).value();
    cell.text = keyed.value(text).value();
    keyed.list(list).forEach(cell.list::add);
    keyed.map(map).forEach(entry -> cell.map.put(entry.getKey(), entry.getValue()));
    cell.reduced = keyed.reducing(reducing).get();
    return cell.asText();
  }

  private void checkAll(TestOperator<String> operator, String when) {
    fuse.putOut();
    model.forEach(
        (key, cell) ->
            assertThat(read(operator.at("k" + key)))
                .as("key %d %s", key, when)
                .isEqualTo(cell.asText()));
  }

  @RepeatedTest(3)
  final void anyCallMayThrowAnything() {
    long seed = Seeds.any();
    try {
      run(new Random(seed));
    } catch (RuntimeException | Error e) {
      throw new AssertionError(Seeds.replay(seed), e);
    }
  }

  private void run(Random random) {
    TestOperator<String> operator = start(2);
    for (int step = 1; step <= STEPS; step++) {
      int key = random.nextInt(KEY_COUNT);
      Cell cell = model.computeIfAbsent(key, k -> new Cell());
      KeyedStateBackend<String> keyed = operator.at("k" + key);
      Step next = step(random, keyed, cell);
      if (random.nextInt(3) > 0) {
        fuse.light(1 + random.nextInt(8), throwable(random));
      }
      try {
        next.onState.run();
        fuse.putOut();
        next.onModel.forEach(Runnable::run);
      } catch (RuntimeException | Error e) {
        if (!fuse.hasCaused(e)) {
          throw e;
        }
        fuse.putOut();
        followFailed(next, cell, read(operator.at("k" + key)));
      }
      assertThat(read(operator.at("k" + key)))
          .as("after %s, step %d", next.name, step)
          .isEqualTo(cell.asText());
      if (step % STEPS_PER_CHECKPOINT == 0) {
        checkpoint(random, operator, step);
      }
    }
  }

  /** Makes of the model what has become of the state, if that may be. */
  private static void followFailed(Step failed, Cell cell, String state) {
    if (failed.onModel.size() > 1) {
      for (Runnable change : failed.onModel) {
        if (state.equals(cell.asText())) {
          return;
        }
        change.run();
      }
    }
  }

  /** Takes a checkpoint that may fail, and one that must not. */
  private void checkpoint(Random random, TestOperator<String> operator, int step) {
    fuse.light(1 + random.nextInt(40), throwable(random));
    try {
      operator.checkpoint();
    } catch (CompletionException e) {
      if (!fuse.hasCaused(e)) {
        throw e;
      }
    }
    fuse.putOut();
    checkAll(operator, "after a checkpoint that may have failed, step " + step);
    if (random.nextBoolean()) {
      operator.restart(backend(), 1 + random.nextInt(3));
    } else {
      operator.moveTo(backend(), 1 + random.nextInt(3));
    }
    checkAll(operator, "after a restore, step " + step);
  }
}
