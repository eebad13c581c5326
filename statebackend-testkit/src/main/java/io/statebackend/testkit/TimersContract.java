// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.Timers;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.VoidNamespace;
import io.statebackend.core.checkpoint.CompatibilityReport;
import io.statebackend.core.serialization.Serializers;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Timers: registered once, fired in order and once, and never lost on the way. */
public abstract class TimersContract extends BackendContract {
  private static final String NAME = "timers";
  private static final int SEED_COUNT = 3;
  private static final int STEP_COUNT = 80;

  /** More than one bucket holds, so that buckets are divided. */
  private static final int MANY = 6_000;

  /** Creates the contract, for one test. */
  protected TimersContract() {}

  private record Fired(String key, String namespace, long timestamp) implements Comparable<Fired> {

    @Override
    public int compareTo(Fired other) {
      int byTime = Long.compare(timestamp, other.timestamp);
      int byKey = byTime != 0 ? byTime : key.compareTo(other.key);
      return byKey != 0 ? byKey : namespace.compareTo(other.namespace);
    }
  }

  private static Timers<String> timers(KeyedStateBackend<?> keyed) {
    return keyed.timers(NAME, Serializers.STRING);
  }

  /** Fires all that is due, in calls of a few timers each. */
  private static List<Fired> fire(KeyedStateBackend<String> keyed, long upTo, int atMost) {
    List<Fired> fired = new ArrayList<>();
    boolean isMoreDue;
    do {
      int before = fired.size();
      isMoreDue =
          timers(keyed)
              .fire(
                  upTo,
                  atMost,
                  (namespace, timestamp) ->
                      fired.add(new Fired(keyed.currentKey(), namespace, timestamp)));
      assertThat(fired.size() - before)
          .as("timers fired by one call, of which more are due: %s", isMoreDue)
          .isBetween(isMoreDue ? atMost : 0, atMost);
    } while (isMoreDue);
    return fired;
  }

  private static void register(
      KeyedStateBackend<String> keyed, String key, String namespace, long timestamp) {
    keyed.setCurrentKey(key);
    timers(keyed).register(namespace, timestamp);
  }

  @Test
  final void fire_inOrderUpToTheTimeGiven() {
    KeyedStateBackend<String> keyed = openKeyed();
    register(keyed, "a", "x", 30);
    register(keyed, "b", "x", 10);
    register(keyed, "c", "x", 21);
    register(keyed, "a", "y", 20);
    register(keyed, "a", "x", -5);

    assertThat(timers(keyed).nextTime()).as("next time").isEqualTo(OptionalLong.of(-5));
    assertThat(fire(keyed, 20, 100))
        .as("fired up to 20")
        .containsExactly(new Fired("a", "x", -5), new Fired("b", "x", 10), new Fired("a", "y", 20));
    assertThat(timers(keyed).nextTime()).as("next time").isEqualTo(OptionalLong.of(21));
    assertThat(fire(keyed, 20, 100)).as("fired again up to 20").isEmpty();
    assertThat(fire(keyed, 100, 1))
        .as("fired up to 100, one at a time")
        .containsExactly(new Fired("c", "x", 21), new Fired("a", "x", 30));
    assertThat(timers(keyed).nextTime()).as("next time without timers").isEmpty();
    assertThat(fire(keyed, Long.MAX_VALUE, 1)).as("fired without timers").isEmpty();
  }

  @Test
  final void register_again() {
    KeyedStateBackend<String> keyed = openKeyed();
    for (int i = 0; i < MANY; i++) {
      register(keyed, "a", "x", 10);
      register(keyed, "a", "y", 10);
    }
    assertThat(fire(keyed, 10, 100))
        .as("fired, each of which was registered many times")
        .containsExactlyInAnyOrder(new Fired("a", "x", 10), new Fired("a", "y", 10));

    register(keyed, "a", "x", 10);
    assertThat(fire(keyed, 10, 100))
        .as("fired, registered after it was fired")
        .containsExactly(new Fired("a", "x", 10));
  }

  @Test
  final void delete_andContains() {
    KeyedStateBackend<String> keyed = openKeyed();
    Timers<String> timers = timers(keyed);
    register(keyed, "a", "x", 10);
    register(keyed, "b", "x", 10);
    register(keyed, "b", "x", 11);

    assertThat(timers.contains("x", 10)).as("b has a timer at 10").isTrue();
    assertThat(timers.contains("x", 12)).as("b has a timer at 12").isFalse();
    assertThat(timers.contains("y", 10)).as("b has a timer of another namespace").isFalse();
    timers.delete("x", 10);
    timers.delete("x", 10);
    timers.delete("y", 11);
    assertThat(timers.contains("x", 10)).as("b has the deleted timer").isFalse();
    keyed.setCurrentKey("a");
    assertThat(timers.contains("x", 10)).as("a has a timer at 10").isTrue();
    timers.delete("x", 10);
    assertThat(timers.nextTime()).as("next time").isEqualTo(OptionalLong.of(11));
    assertThat(fire(keyed, 100, 10)).as("fired").containsExactly(new Fired("b", "x", 11));
  }

  @Test
  final void register_atTheEndsOfTime() {
    KeyedStateBackend<String> keyed = openKeyed();
    register(keyed, "a", "x", Long.MAX_VALUE);
    register(keyed, "a", "x", Long.MIN_VALUE);
    register(keyed, "a", "x", 0);

    assertThat(fire(keyed, Long.MAX_VALUE, 10))
        .as("fired")
        .extracting(Fired::timestamp)
        .containsExactly(Long.MIN_VALUE, 0L, Long.MAX_VALUE);
  }

  @Test
  final void fire_handlerRegistersAndDeletes() {
    KeyedStateBackend<String> keyed = openKeyed();
    Timers<String> timers = timers(keyed);
    register(keyed, "a", "each 10", 10);
    register(keyed, "b", "late", 5);
    register(keyed, "b", "deleted", 25);
    List<Fired> fired = new ArrayList<>();

    boolean isMoreDue =
        timers.fire(
            30,
            100,
            (namespace, timestamp) -> {
              String key = keyed.currentKey();
              fired.add(new Fired(key, namespace, timestamp));
              if (namespace.equals("each 10")) {
                timers.register(namespace, timestamp + 10);
              } else if (namespace.equals("late")) {
                timers.register("past", -1);
                timers.delete("deleted", 25);
                keyed.setCurrentKey("c");
                timers.register("of another key", 30);
              }
            });

    assertThat(isMoreDue).as("more are due").isFalse();
    assertThat(fired)
        .as("fired, some registered on the way, even into the past")
        .containsExactlyInAnyOrder(
            new Fired("b", "late", 5),
            new Fired("b", "past", -1),
            new Fired("a", "each 10", 10),
            new Fired("a", "each 10", 20),
            new Fired("a", "each 10", 30),
            new Fired("c", "of another key", 30));
    assertThat(fired.subList(0, 3))
        .as("first fired")
        .containsExactly(
            new Fired("b", "late", 5), new Fired("b", "past", -1), new Fired("a", "each 10", 10));
    assertThat(timers.nextTime()).as("next time").isEqualTo(OptionalLong.of(40));
  }

  @Test
  final void fire_handlerThrows() {
    KeyedStateBackend<String> keyed = openKeyed();
    register(keyed, "a", "x", 10);
    register(keyed, "b", "x", 20);

    assertThatThrownBy(
            () ->
                timers(keyed)
                    .fire(
                        100,
                        100,
                        (namespace, timestamp) -> {
                          throw new IOException("output is gone");
                        }))
        .as("firing with a handler that throws")
        .isInstanceOf(IOException.class)
        .hasMessage("output is gone");
    assertThat(fire(keyed, 100, 100))
        .as("fired afterwards")
        .containsExactly(new Fired("a", "x", 10), new Fired("b", "x", 20));
  }

  @Test
  final void fire_withinTheHandler() {
    KeyedStateBackend<String> keyed = openKeyed();
    Timers<String> timers = timers(keyed);
    register(keyed, "a", "x", 10);

    assertThatThrownBy(
            () ->
                timers.fire(
                    100, 100, (namespace, timestamp) -> timers.fire(100, 1, (other, time) -> {})))
        .as("firing within the handler")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(NAME);
    assertThatThrownBy(() -> timers.fire(100, 0, (namespace, timestamp) -> {}))
        .as("firing no timer")
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("atMost=0");
  }

  @Test
  final void timers_wrongUse() {
    TestOperator<String> operator = start(1);
    KeyedStateBackend<String> keyed = operator.keyed();
    Timers<String> timers = timers(keyed);

    assertThat(timers(keyed)).as("timers asked for twice").isSameAs(timers);
    assertThatThrownBy(() -> timers.register("x", 1))
        .as("registering without a current key")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("setCurrentKey");
    assertThatThrownBy(() -> keyed.timers(NAME, Serializers.LONG))
        .as("timers with other namespaces")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(NAME);
    assertThatThrownBy(() -> keyed.value(ValueStateDescriptor.of(NAME, Serializers.STRING)))
        .as("a state with the name of timers")
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(NAME);
    keyed.setCurrentKey("a");
    operator.close();
    assertThatThrownBy(() -> timers.register("x", 1))
        .as("registering after close")
        .isInstanceOf(StateClosedException.class);
    assertThatThrownBy(timers::nextTime)
        .as("asking after close")
        .isInstanceOf(StateClosedException.class);
  }

  @Test
  final void clearCurrentKey_leavesTimers() {
    KeyedStateBackend<String> keyed = openKeyed();
    register(keyed, "a", "x", 10);

    keyed.clearCurrentKey();

    assertThat(fire(keyed, 10, 10)).as("fired").containsExactly(new Fired("a", "x", 10));
  }

  @Test
  final void timers_withoutNamespacesByNumbers() {
    TestOperator<Long> operator = start(Serializers.LONG, 2);
    for (long key = 0; key < 100; key++) {
      operator
          .at(key)
          .timers(NAME, VoidNamespace.serializer())
          .register(VoidNamespace.INSTANCE, -key);
    }
    operator.restart(backend(), 3);
    List<Long> fired = new ArrayList<>();
    for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
      KeyedStateBackend<Long> keyed = operator.keyed(subtask);
      keyed
          .timers(NAME, VoidNamespace.serializer())
          .fire(0, 1_000, (namespace, timestamp) -> fired.add(keyed.currentKey() + timestamp));
    }
    assertThat(fired).as("key and timestamp added up").hasSize(100).containsOnly(0L);
  }

  @Test
  final void fire_manyOfOneTimestamp() {
    KeyedStateBackend<String> keyed = openKeyed();
    List<Fired> expected = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      register(keyed, "a", "n" + i, 7);
      expected.add(new Fired("a", "n" + i, 7));
    }
    register(keyed, "a", "before", 6);
    register(keyed, "a", "after", 8);

    List<Fired> fired = fire(keyed, 6, 10);
    fired.addAll(fire(keyed, 7, 999));
    assertThat(fired.remove(0)).as("fired first").isEqualTo(new Fired("a", "before", 6));
    assertThat(fired).as("fired at 7").containsExactlyInAnyOrderElementsOf(expected);
    assertThat(fire(keyed, 8, 1)).as("fired last").containsExactly(new Fired("a", "after", 8));
  }

  @Test
  final void undeclared_isCarried() {
    TestOperator<String> operator = start(2);
    for (int i = 0; i < 200; i++) {
      operator.at("k" + i).timers(NAME, Serializers.STRING).register("x", i);
    }
    operator.restart(backend(), 2);
    operator.restart(backend(), 2);
    operator.moveTo(backend(), 3);
    operator.moveTo(backend(), 1);

    assertThat(fire(operator.keyed(), 1_000, 7))
        .as("fired, declared only after several restarts")
        .extracting(Fired::timestamp)
        .containsExactlyElementsOf(LongStream.range(0, 200).boxed().toList());
  }

  @Test
  final void restored_asSomethingElse() {
    TestOperator<String> operator = start(1);
    register(operator.keyed(), "a", "x", 10);
    operator.restart(backend(), 1);

    assertThatThrownBy(
            () -> operator.keyed().value(ValueStateDescriptor.of(NAME, Serializers.STRING)))
        .as("timers declared as a value")
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("TIMERS");
    assertThatThrownBy(() -> operator.keyed().timers(NAME, Serializers.LONG))
        .as("timers declared with other namespaces")
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("namespaces");
    CompatibilityReport report =
        operator.check(version -> version.timers(NAME, Serializers.STRING));
    assertThat(report.toString()).as("report").contains("AS_IS");
    assertThat(fire(operator.keyed(), 10, 1)).as("fired").containsExactly(new Fired("a", "x", 10));
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
  final Stream<DynamicTest> model() {
    return Seeds.onlyOf(IntStream.range(0, SEED_COUNT).mapToLong(i -> i))
        .mapToObj(seed -> DynamicTest.dynamicTest("seed " + seed, () -> run(seed)));
  }

  /** Compares with a sorted set: many timers of few keys, through restarts and rescales. */
  private void run(long seed) {
    Random random = new Random(seed);
    try (TestOperator<String> operator =
        new TestOperator<>(backend(), Serializers.STRING, 1 + random.nextInt(parallelismMax()))) {
      NavigableSet<Fired> model = new TreeSet<>();
      long now = 0;
      long horizon = 1L << random.nextInt(4, 30);
      for (int step = 0; step < STEP_COUNT; step++) {
        String when = "step %d; %s".formatted(step, Seeds.replay(seed));
        switch (random.nextInt(10)) {
          case 0 -> operator.restart(backend(), 1 + random.nextInt(parallelismMax()));
          case 1 -> operator.moveTo(backend(), 1 + random.nextInt(parallelismMax()));
          case 2, 3, 4 -> {
            now += random.nextLong(Math.max(2, horizon / 8));
            fireAndCompare(operator, model, now, when);
          }
          default -> change(operator, model, random, now, horizon, when);
        }
      }
      fireAndCompare(operator, model, Long.MAX_VALUE, "at the end; " + Seeds.replay(seed));
      assertThat(model).as("timers never fired; %s", Seeds.replay(seed)).isEmpty();
    }
  }

  private static void change(
      TestOperator<String> operator,
      NavigableSet<Fired> model,
      Random random,
      long now,
      long horizon,
      String when) {
    int count = random.nextInt(4) == 0 ? 3_000 : 50;
    for (int i = 0; i < count; i++) {
      String key = "k" + random.nextInt(5);
      String namespace = "n" + random.nextInt(1 + random.nextInt(100));
      long timestamp = now - horizon / 16 + random.nextLong(horizon + 1);
      Fired timer = new Fired(key, namespace, timestamp);
      Timers<String> timers = timers(operator.at(key));
      if (random.nextInt(5) == 0) {
        Fired some = model.ceiling(timer);
        Fired deleted = some == null ? timer : some;
        timers(operator.at(deleted.key())).delete(deleted.namespace(), deleted.timestamp());
        model.remove(deleted);
      } else {
        timers.register(namespace, timestamp);
        model.add(timer);
      }
    }
    for (int i = 0; i < 20; i++) {
      Fired timer =
          new Fired("k" + random.nextInt(5), "n" + random.nextInt(100), now + random.nextInt(100));
      assertThat(timers(operator.at(timer.key())).contains(timer.namespace(), timer.timestamp()))
          .as("%s is registered, %s", timer, when)
          .isEqualTo(model.contains(timer));
    }
  }

  private static void fireAndCompare(
      TestOperator<String> operator, NavigableSet<Fired> model, long upTo, String when) {
    List<Fired> all = new ArrayList<>();
    for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
      List<Fired> fired = fire(operator.keyed(subtask), upTo, 100);
      assertThat(fired)
          .as("timestamps fired by subtask %d, %s", subtask, when)
          .extracting(Fired::timestamp)
          .isSorted();
      all.addAll(fired);
    }
    List<Fired> expected = new ArrayList<>();
    while (!model.isEmpty() && model.first().timestamp() <= upTo) {
      expected.add(model.pollFirst());
    }
    all.sort(null);
    assertThat(all).as("fired up to %d, %s", upTo, when).isEqualTo(expected);
    OptionalLong next = OptionalLong.empty();
    for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
      OptionalLong own = timers(operator.keyed(subtask)).nextTime();
      if (own.isPresent() && (next.isEmpty() || own.getAsLong() < next.getAsLong())) {
        next = own;
      }
    }
    assertThat(next)
        .as("next time, %s", when)
        .isEqualTo(
            model.isEmpty() ? OptionalLong.empty() : OptionalLong.of(model.first().timestamp()));
  }
}
