// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.statebackend.api.AggregatingStateDescriptor;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.windows.Window;
import io.statebackend.core.windows.WindowedState;
import io.statebackend.core.windows.Windows;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Windows of event time: each record in its windows, each window handed out when it ends. */
public abstract class WindowsContract extends BackendContract {
  private static final ReducingStateDescriptor<Long> SUM =
      ReducingStateDescriptor.of("sum", Long::sum, Serializers.LONG);
  private static final ListStateDescriptor<String> LIST =
      ListStateDescriptor.of("list", Serializers.STRING);
  private static final AggregatingStateDescriptor<Integer, List<Long>, Double> MEAN =
      AggregatingStateDescriptor.of("mean", new Mean(), Serializers.list(Serializers.LONG));
  private static final int SEED_COUNT = 3;
  private static final int RECORD_COUNT = 400;
  private static final long GAP = 50;

  /** Creates the contract, for one test. */
  protected WindowsContract() {}

  private record Result<O>(String key, long start, long end, O value) {}

  private static Windows tumbling(long size) {
    return Windows.tumbling(Duration.ofMillis(size));
  }

  private static Windows session(long gap) {
    return Windows.session(Duration.ofMillis(gap));
  }

  /** Hands out all windows that end up to a time, in calls of a few. */
  private static <O> List<Result<O>> advance(
      KeyedStateBackend<String> keyed, WindowedState<?, O> state, long time) {
    List<Result<O>> results = new ArrayList<>();
    boolean isMore;
    do {
      isMore =
          state.advanceTo(
              time,
              2,
              (window, value) ->
                  results.add(
                      new Result<>(keyed.currentKey(), window.start(), window.end(), value)));
    } while (isMore);
    return results;
  }

  private static <I> boolean add(
      KeyedStateBackend<String> keyed, WindowedState<I, ?> state, String key, I value, long time) {
    keyed.setCurrentKey(key);
    return state.add(value, time);
  }

  @Test
  final void tumbling_eachRecordInOneWindow() {
    KeyedStateBackend<String> keyed = openKeyed();
    WindowedState<Long, Long> sum = WindowedState.reducing(keyed, SUM, tumbling(10));

    add(keyed, sum, "a", 1L, 0);
    add(keyed, sum, "a", 2L, 9);
    add(keyed, sum, "a", 4L, 10);
    add(keyed, sum, "b", 8L, -1);
    add(keyed, sum, "b", 16L, -10);

    assertThat(advance(keyed, sum, 9))
        .as("results up to 9")
        .containsExactly(new Result<>("b", -10, 0, 24L));
    assertThat(advance(keyed, sum, 100))
        .as("results up to 100")
        .containsExactly(new Result<>("a", 0, 10, 3L), new Result<>("a", 10, 20, 4L));
    assertThat(add(keyed, sum, "a", 1L, 99)).as("took a record that is too late").isFalse();
    assertThat(add(keyed, sum, "a", 1L, 100)).as("took a record in time").isTrue();
    assertThat(keyed.entryCount(SUM)).as("windows that are left").isEqualTo(1);
  }

  @Test
  final void tumbling_withOffset() {
    KeyedStateBackend<String> keyed = openKeyed();
    WindowedState<Long, Long> sum =
        WindowedState.reducing(keyed, SUM, tumbling(10).offset(Duration.ofMillis(-3)));

    add(keyed, sum, "a", 1L, 6);
    add(keyed, sum, "a", 2L, 7);

    assertThat(advance(keyed, sum, 100))
        .as("results")
        .containsExactly(new Result<>("a", -3, 7, 1L), new Result<>("a", 7, 17, 2L));
  }

  @Test
  final void sliding_eachRecordInSeveralWindows() {
    KeyedStateBackend<String> keyed = openKeyed();
    WindowedState<Integer, Double> mean =
        WindowedState.aggregating(
            keyed, MEAN, Windows.sliding(Duration.ofMillis(10), Duration.ofMillis(5)));

    add(keyed, mean, "a", 1, 3);
    add(keyed, mean, "a", 3, 7);

    assertThat(advance(keyed, mean, 100))
        .as("results")
        .containsExactly(
            new Result<>("a", -5, 5, 1.0),
            new Result<>("a", 0, 10, 2.0),
            new Result<>("a", 5, 15, 3.0));
  }

  @Test
  final void sliding_gapsBetweenWindows() {
    KeyedStateBackend<String> keyed = openKeyed();
    WindowedState<Long, Long> sum =
        WindowedState.reducing(
            keyed, SUM, Windows.sliding(Duration.ofMillis(2), Duration.ofMillis(10)));

    assertThat(add(keyed, sum, "a", 1L, 1)).as("took a record within a window").isTrue();
    assertThat(add(keyed, sum, "a", 1L, 2)).as("took a record between windows").isFalse();
    assertThat(advance(keyed, sum, 100)).as("results").containsExactly(new Result<>("a", 0, 2, 1L));
  }

  @Test
  final void session_mergesWhatARecordConnects() {
    KeyedStateBackend<String> keyed = openKeyed();
    WindowedState<String, List<String>> list = WindowedState.list(keyed, LIST, session(10));

    add(keyed, list, "a", "first", 0);
    add(keyed, list, "a", "third", 20);
    add(keyed, list, "b", "other", 15);
    add(keyed, list, "a", "second", 10);
    add(keyed, list, "a", "within", 12);
    add(keyed, list, "a", "later", 50);

    List<Result<List<String>>> results = advance(keyed, list, 49);
    assertThat(results)
        .as("sessions that ended")
        .extracting(Result::key, Result::start, Result::end)
        .containsExactly(tuple("b", 15L, 25L), tuple("a", 0L, 30L));
    assertThat(results.get(1).value())
        .as("records of the merged session")
        .containsExactlyInAnyOrder("first", "second", "third", "within");
    assertThat(advance(keyed, list, 60))
        .as("last session")
        .containsExactly(new Result<>("a", 50, 60, List.of("later")));
    assertThat(keyed.entryCount(LIST)).as("windows that are left").isZero();
    assertThat(keyed.entryCount(ListStateDescriptor.of("list-sessions", Window.serializer())))
        .as("lists of sessions that are left")
        .isZero();
  }

  @Test
  final void allowedLateness_handsOutANewResult() {
    KeyedStateBackend<String> keyed = openKeyed();
    WindowedState<Long, Long> sum =
        WindowedState.reducing(keyed, SUM, tumbling(10).allowedLateness(Duration.ofMillis(20)));

    add(keyed, sum, "a", 1L, 5);
    assertThat(advance(keyed, sum, 10)).as("first").containsExactly(new Result<>("a", 0, 10, 1L));
    assertThat(add(keyed, sum, "a", 2L, 5)).as("took a late record").isTrue();
    add(keyed, sum, "a", 4L, 5);
    assertThat(advance(keyed, sum, 29))
        .as("second, once for two late records")
        .containsExactly(new Result<>("a", 0, 10, 7L));
    assertThat(advance(keyed, sum, 30)).as("nothing new").isEmpty();
    assertThat(add(keyed, sum, "a", 8L, 5)).as("took a record that is too late").isFalse();
    assertThat(keyed.entryCount(SUM)).as("windows that are left").isZero();
  }

  @Test
  final void advanceTo_handlerThrows() {
    KeyedStateBackend<String> keyed = openKeyed();
    WindowedState<Long, Long> sum = WindowedState.reducing(keyed, SUM, tumbling(10));
    add(keyed, sum, "a", 1L, 5);

    assertThatThrownBy(
            () ->
                sum.advanceTo(
                    10,
                    1,
                    (window, value) -> {
                      throw new IOException("output is gone");
                    }))
        .as("a handler that throws")
        .isInstanceOf(IOException.class);
    assertThat(advance(keyed, sum, 10))
        .as("handed out again")
        .containsExactly(new Result<>("a", 0, 10, 1L));
  }

  /**
   * Returns up to how many subtasks are tried; by default 4. A backend that takes long to open
   * tries fewer.
   *
   * @return a number, 2 or more
   */
  protected int parallelismMax() {
    return 4;
  }

  @TestFactory
  final Stream<DynamicTest> sessionsOutOfOrder() {
    return Seeds.onlyOf(IntStream.range(0, SEED_COUNT).mapToLong(i -> i))
        .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> sessions(seed)));
  }

  /** Sessions of records that come up to 100 late, with restarts, against a computation aside. */
  private void sessions(long seed) {
    Random random = new Random(seed);
    Map<String, List<Long>> records = new TreeMap<>();
    List<Result<Long>> results = new ArrayList<>();
    try (TestOperator<String> operator =
        new TestOperator<>(backend(), Serializers.STRING, 1 + random.nextInt(parallelismMax()))) {
      List<WindowedState<Long, Long>> sums = declare(operator);
      for (int i = 0; i < RECORD_COUNT; i++) {
        long time = 10L * i - random.nextInt(100);
        String key = "k" + random.nextInt(8);
        boolean isTaken = add(operator.at(key), sums.get(operator.subtaskOf(key)), key, 1L, time);
        assertThat(isTaken).as("took a record; %s", Seeds.replay(seed)).isTrue();
        records.computeIfAbsent(key, any -> new ArrayList<>()).add(time);
        if (random.nextInt(10) == 0) {
          for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
            results.addAll(advance(operator.keyed(subtask), sums.get(subtask), 10L * i - 100));
          }
        }
        if (random.nextInt(40) == 0) {
          operator.restart(backend(), 1 + random.nextInt(parallelismMax()));
          sums = declare(operator);
        }
      }
      for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
        results.addAll(advance(operator.keyed(subtask), sums.get(subtask), Long.MAX_VALUE / 2));
      }
    }
    assertThat(results)
        .as("sessions; %s", Seeds.replay(seed))
        .containsExactlyInAnyOrderElementsOf(sessionsOf(records));
  }

  private static List<WindowedState<Long, Long>> declare(TestOperator<String> operator) {
    return IntStream.range(0, operator.parallelism())
        .mapToObj(subtask -> WindowedState.reducing(operator.keyed(subtask), SUM, session(GAP)))
        .toList();
  }

  private static List<Result<Long>> sessionsOf(Map<String, List<Long>> records) {
    List<Result<Long>> sessions = new ArrayList<>();
    records.forEach(
        (key, times) -> {
          Collections.sort(times);
          long start = times.get(0);
          long end = start + GAP;
          long count = 0;
          for (long time : times) {
            if (time > end) {
              sessions.add(new Result<>(key, start, end, count));
              start = time;
              count = 0;
            }
            end = time + GAP;
            count++;
          }
          sessions.add(new Result<>(key, start, end, count));
        });
    return sessions;
  }
}
