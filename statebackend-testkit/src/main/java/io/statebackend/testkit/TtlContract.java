// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.AggregatingStateDescriptor;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ReducingState;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.StateDescriptor;
import io.statebackend.api.StateTtl;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CompatibilityReport;
import io.statebackend.core.serialization.Serializers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** State that expires: never returned, and removed without being touched. */
public abstract class TtlContract extends BackendContract {
  private static final long START = 1_000_000_000_000L;
  private static final long TTL = 60_000;
  private static final int KEY_COUNT = 300;

  private TestOperator<String> operator;

  /** Creates the contract, for one test. */
  protected TtlContract() {}

  @BeforeEach
  final void open() {
    operator = start(1);
    operator.setTime(START);
  }

  private static StateTtl ttl(StateTtl.Time time) {
    return new StateTtl(Duration.ofMillis(TTL), time, StateTtl.Refresh.ON_WRITE);
  }

  private static ValueStateDescriptor<Long> value() {
    return ValueStateDescriptor.of("value", Serializers.LONG);
  }

  private static ListStateDescriptor<String> list() {
    return ListStateDescriptor.of("list", Serializers.STRING);
  }

  private static MapStateDescriptor<Integer, String> map() {
    return MapStateDescriptor.of("map", Serializers.INT, Serializers.STRING);
  }

  private static ReducingStateDescriptor<Long> sum() {
    return ReducingStateDescriptor.of("sum", Long::sum, Serializers.LONG);
  }

  private static AggregatingStateDescriptor<Integer, List<Long>, Double> mean() {
    return AggregatingStateDescriptor.of("mean", new Mean(), Serializers.list(Serializers.LONG));
  }

  /** Moves both clocks. */
  private void setTime(long millis) {
    operator.setTime(START + millis);
    for (int i = 0; i < operator.parallelism(); i++) {
      operator.keyed(i).advanceTime(START + millis);
    }
  }

  private void maintain() {
    for (int i = 0; i < operator.parallelism(); i++) {
      while (operator.keyed(i).maintain(100)) {
        // As long as there is more.
      }
    }
  }

  private static String key(int i) {
    return "key-" + i;
  }

  private long entryCount(StateDescriptor descriptor) {
    long count = 0;
    for (int i = 0; i < operator.parallelism(); i++) {
      count += operator.keyed(i).entryCount(descriptor);
    }
    return count;
  }

  /** Writes to a state of each kind, for some keys. */
  private void fill(StateTtl ttl, int from, int to) {
    for (int i = from; i < to; i++) {
      KeyedStateBackend<String> keyed = operator.at(key(i));
      keyed.value(value().ttl(ttl)).update((long) i);
      keyed.list(list().ttl(ttl)).addAll(List.of("a" + i, "b" + i));
      MapState<Integer, String> map = keyed.map(map().ttl(ttl));
      map.put(1, "one");
      map.put(2, "two");
      keyed.reducing(sum().ttl(ttl)).add((long) i);
    }
  }

  private List<StateDescriptor> all(StateTtl ttl) {
    return List.of(value().ttl(ttl), list().ttl(ttl), map().ttl(ttl), sum().ttl(ttl));
  }

  @Test
  final void expired_isNeverReturned_processingTime() {
    expired_isNeverReturned(StateTtl.Time.PROCESSING);
  }

  @Test
  final void expired_isNeverReturned_eventTime() {
    expired_isNeverReturned(StateTtl.Time.EVENT);
  }

  private void expired_isNeverReturned(StateTtl.Time time) {
    StateTtl ttl = ttl(time);
    setTime(0);
    fill(ttl, 0, 3);
    setTime(TTL - 1);
    assertThat(operator.at(key(1)).value(value().ttl(ttl)).value()).as("value").isEqualTo(1L);
    assertThat(operator.at(key(1)).list(list().ttl(ttl)).get()).as("list").hasSize(2);
    assertThat(operator.at(key(1)).map(map().ttl(ttl)).get(2)).as("map entry").isEqualTo("two");
    assertThat(operator.at(key(1)).reducing(sum().ttl(ttl)).get()).as("sum").isEqualTo(1L);
    setTime(TTL);
    KeyedStateBackend<String> keyed = operator.at(key(1));
    ValueState<Long> value = keyed.value(value().withDefault(7L).ttl(ttl));

    assertThat(keyed.keys(value().ttl(ttl))).as("keys after the time").isEmpty();
    assertThat(value.value()).as("the default after the time").isEqualTo(7L);
    assertThat(keyed.list(list().ttl(ttl)).get()).as("list after the time").isEmpty();
    assertThat(keyed.map(map().ttl(ttl)).isEmpty()).as("map is empty after the time").isTrue();
    assertThat(keyed.map(map().ttl(ttl)).contains(1)).as("map entry after the time").isFalse();
    assertThat(keyed.map(map().ttl(ttl)).iterator()).as("map after the time").isExhausted();
    keyed.reducing(sum().ttl(ttl)).add(5L);
    assertThat(keyed.reducing(sum().ttl(ttl)).get()).as("a sum begun anew").isEqualTo(5L);
    value.update(old -> old + 1);
    assertThat(value.value()).as("value updated by a function after the time").isEqualTo(8L);
  }

  @Test
  final void expired_isRemovedUntouched_processingTime() {
    expired_isRemovedUntouched(StateTtl.Time.PROCESSING);
  }

  @Test
  final void expired_isRemovedUntouched_eventTime() {
    expired_isRemovedUntouched(StateTtl.Time.EVENT);
  }

  private void expired_isRemovedUntouched(StateTtl.Time time) {
    StateTtl ttl = ttl(time);
    setTime(0);
    fill(ttl, 0, KEY_COUNT);
    setTime(TTL / 2);
    fill(ttl, KEY_COUNT, KEY_COUNT + 10);
    setTime(TTL);
    maintain();

    for (StateDescriptor descriptor : all(ttl)) {
      assertThat(entryCount(descriptor)).as("entries of %s", descriptor).isEqualTo(10);
    }
    assertThat(operator.keyed().expiryFigures().removed())
        .as("values, elements and map entries removed")
        .isEqualTo(KEY_COUNT * 6L);
    operator.restart(backend(), 1);
    // Without a time to live, all that was in the checkpoint is seen.
    assertThat(operator.keyed().list(list())).isNotNull();
    assertThat(operator.keyed().keys(list())).as("keys in the checkpoint").hasSize(10);
    assertThat(operator.at(key(KEY_COUNT)).list(list()).get()).as("a list").hasSize(2);
  }

  @Test
  final void expired_isNotInTheNextCheckpoint() {
    StateTtl ttl = ttl(StateTtl.Time.PROCESSING);
    setTime(0);
    fill(ttl, 0, KEY_COUNT);
    setTime(TTL);
    operator.moveTo(backend(), 1);

    assertThat(operator.keyed().value(value())).isNotNull();
    assertThat(operator.keyed().keys(value())).as("keys in the savepoint").isEmpty();
    assertThat(operator.keyed().list(list())).isNotNull();
    assertThat(operator.keyed().entryCount(list())).as("lists in the savepoint").isZero();
  }

  @Test
  final void expired_isRemovedInPassing() {
    StateTtl ttl = ttl(StateTtl.Time.PROCESSING);
    setTime(0);
    fill(ttl, 0, KEY_COUNT);
    setTime(TTL);
    ValueState<Long> other = operator.keyed().value(value().ttl(ttl));
    for (int i = 0; i < 20 * KEY_COUNT; i++) {
      operator.at("other-" + i % 3);
      other.update((long) i);
    }

    assertThat(entryCount(value().ttl(ttl))).as("values").isEqualTo(3);
    assertThat(entryCount(map().ttl(ttl))).as("maps").isZero();
    assertThat(entryCount(list().ttl(ttl))).as("lists").isZero();
  }

  @Test
  final void eachElementAndEntryForItself() {
    StateTtl ttl = ttl(StateTtl.Time.PROCESSING);
    KeyedStateBackend<String> keyed = operator.at("a");
    ListState<String> list = keyed.list(list().ttl(ttl));
    MapState<Integer, String> map = keyed.map(map().ttl(ttl));
    for (int i = 0; i < 10; i++) {
      operator.setTime(START + i * 1_000L);
      list.add("e" + i);
      map.put(i, "v" + i);
    }
    operator.setTime(START + TTL + 4_000L);

    assertThat(list.get()).as("elements").containsExactly("e5", "e6", "e7", "e8", "e9");
    assertThat(map).as("entries").hasSize(5);
    maintain();
    assertThat(list.get()).as("elements, the others removed").hasSize(5);
    assertThat(operator.keyed().expiryFigures().removed()).as("removed").isEqualTo(10);
    map.put(3, "again");
    assertThat(map.get(3)).as("an entry put again").isEqualTo("again");
  }

  @Test
  final void writingRefreshes_readingOnlyIfAskedFor() {
    StateTtl onWrite = ttl(StateTtl.Time.PROCESSING);
    StateTtl onRead = onWrite.refreshedOnRead();
    KeyedStateBackend<String> keyed = operator.at("a");
    ValueState<Long> written =
        keyed.value(ValueStateDescriptor.of("w", Serializers.LONG).ttl(onWrite));
    ValueState<Long> read = keyed.value(ValueStateDescriptor.of("r", Serializers.LONG).ttl(onRead));
    MapState<Integer, String> map = keyed.map(map().ttl(onRead));
    ListState<String> list = keyed.list(list().ttl(onRead));
    written.update(1L);
    read.update(1L);
    map.put(1, "one");
    map.put(2, "two");
    list.add("e");
    operator.setTime(START + TTL - 1);
    assertThat(written.value()).isEqualTo(1L);
    assertThat(read.value()).isEqualTo(1L);
    assertThat(map.get(1)).isEqualTo("one");
    assertThat(list.get()).containsExactly("e");
    operator.setTime(START + TTL);
    assertThat(written.value()).as("read, but not written").isNull();
    operator.setTime(START + 2 * TTL - 2);
    assertThat(read.value()).as("value that was read").isEqualTo(1L);
    assertThat(map).as("the entry that was read").hasSize(1);
    assertThat(list.get()).as("list that was read").containsExactly("e");
  }

  @Test
  final void eventTime_countsFromTheFirstWatermark() {
    StateTtl ttl = ttl(StateTtl.Time.EVENT);
    ValueState<Long> value = operator.at("a").value(value().ttl(ttl));
    value.update(1L);
    operator.setTime(START + 10 * TTL);
    maintain();
    assertThat(value.value()).as("before any watermark").isEqualTo(1L);
    operator.keyed().advanceTime(START);
    assertThat(value.value()).as("at the first watermark").isEqualTo(1L);
    operator.keyed().advanceTime(START - 1);
    operator.keyed().advanceTime(START + TTL - 1);
    assertThat(value.value()).as("shortly before its end").isEqualTo(1L);
    operator.restart(backend(), 1);
    value = operator.at("a").value(value().ttl(ttl));
    assertThat(value.value()).as("after a restart").isEqualTo(1L);
    operator.keyed().advanceTime(START + TTL);
    assertThat(value.value()).as("at its end").isNull();
  }

  @Test
  final void eventTime_survivesARestart() {
    StateTtl ttl = ttl(StateTtl.Time.EVENT);
    operator.keyed().advanceTime(START);
    operator.at("a").value(value().ttl(ttl)).update(1L);
    operator.restart(backend(), 1);
    operator.keyed().advanceTime(START - TTL);
    operator.at("b").value(value().ttl(ttl)).update(2L);
    operator.keyed().advanceTime(START + TTL - 1);
    assertThat(operator.at("b").value(value().ttl(ttl)).value()).isEqualTo(2L);
    operator.keyed().advanceTime(START + TTL);
    assertThat(operator.at("b").value(value().ttl(ttl)).value()).isNull();
  }

  @Test
  final void changedDuration_isAnotherReading_processingTime() {
    changedDuration_isAnotherReading(StateTtl.Time.PROCESSING);
  }

  @Test
  final void changedDuration_isAnotherReading_eventTime() {
    changedDuration_isAnotherReading(StateTtl.Time.EVENT);
  }

  private void changedDuration_isAnotherReading(StateTtl.Time time) {
    setTime(0);
    fill(ttl(time), 0, 20);
    setTime(TTL / 2);
    operator.restart(backend(), 1);
    StateTtl shorter = new StateTtl(Duration.ofMillis(TTL / 4), time, StateTtl.Refresh.ON_WRITE);
    CompatibilityReport report = operator.check(version -> version.state(value().ttl(shorter)));
    assertThat(report.isCompatible()).as("%s", report).isTrue();
    assertThat(report.toString()).contains("time to live changes").contains("AS_IS");
    assertThat(operator.at(key(1)).value(value().ttl(shorter)).value()).as("shorter").isNull();
    StateTtl longer = new StateTtl(Duration.ofMillis(2 * TTL), time, StateTtl.Refresh.ON_WRITE);
    setTime(TTL + 5);
    ListState<String> list = operator.at(key(1)).list(list().ttl(longer));
    assertThat(list.get()).as("longer").containsExactly("a1", "b1");
  }

  @Test
  final void switchedOn_countsFromTheCheckpoint_processingTime() {
    switchedOn_countsFromTheCheckpoint(StateTtl.Time.PROCESSING);
  }

  @Test
  final void switchedOn_countsFromTheCheckpoint_eventTime() {
    switchedOn_countsFromTheCheckpoint(StateTtl.Time.EVENT);
  }

  private void switchedOn_countsFromTheCheckpoint(StateTtl.Time time) {
    setTime(0);
    operator.at("a").value(value()).update(1L);
    operator.at("a").list(list()).add("e");
    operator.at("a").map(map()).put(1, "one");
    setTime(1_000);
    operator.checkpoint();
    setTime(TTL / 2);
    StateTtl ttl = ttl(time);
    CompatibilityReport report = operator.check(version -> version.state(value().ttl(ttl)));
    assertThat(report.toString()).contains("switched on").contains("AFTER_MIGRATION");
    operator.restore(backend(), 1);
    ValueState<Long> value = operator.at("a").value(value().ttl(ttl));
    MapState<Integer, String> map = operator.at("a").map(map().ttl(ttl));
    ListState<String> list = operator.at("a").list(list().ttl(ttl));
    setTime(1_000 + TTL - 1);
    assertThat(value.value()).as("value before").isEqualTo(1L);
    assertThat(map.get(1)).as("map before").isEqualTo("one");
    setTime(1_000 + TTL);
    assertThat(value.value()).as("value after").isNull();
    assertThat(map.get(1)).as("map after").isNull();
    assertThat(list.get()).as("list after").isEmpty();
  }

  @Test
  final void switchedOff_keepsAll() {
    setTime(0);
    fill(ttl(StateTtl.Time.PROCESSING), 0, 20);
    operator.checkpoint();
    CompatibilityReport report = operator.check(version -> version.state(list()));
    assertThat(report.toString()).contains("switched off").contains("AFTER_MIGRATION");
    operator.restore(backend(), 1);
    setTime(10 * TTL);
    assertThat(operator.at(key(7)).value(value()).value()).as("value").isEqualTo(7L);
    assertThat(operator.at(key(7)).list(list()).get()).as("list").containsExactly("a7", "b7");
    assertThat(operator.at(key(7)).map(map()).get(2)).as("map").isEqualTo("two");
    operator.restart(backend(), 1);
    assertThat(operator.at(key(7)).list(list()).get()).as("list").containsExactly("a7", "b7");
  }

  @Test
  final void survivesRescalingAndAnotherEngine_processingTime() {
    survivesRescalingAndAnotherEngine(StateTtl.Time.PROCESSING);
  }

  @Test
  final void survivesRescalingAndAnotherEngine_eventTime() {
    survivesRescalingAndAnotherEngine(StateTtl.Time.EVENT);
  }

  private void survivesRescalingAndAnotherEngine(StateTtl.Time time) {
    StateTtl ttl = ttl(time);
    setTime(0);
    fill(ttl, 0, 50);
    setTime(1_000);
    fill(ttl, 50, 100);
    operator.restart(backend(), 3);
    for (StateDescriptor descriptor : all(ttl)) {
      declare(descriptor);
    }
    operator.moveTo(new SortedMapStateBackend(), 2);
    operator.restart(new SortedMapStateBackend(), 2);
    operator.moveTo(backend(), 1);
    setTime(TTL);
    for (int i = 0; i < 100; i++) {
      KeyedStateBackend<String> keyed = operator.at(key(i));
      assertThat(keyed.value(value().ttl(ttl)).value())
          .as("value of %s", key(i))
          .isEqualTo(i < 50 ? null : Long.valueOf(i));
      assertThat(keyed.list(list().ttl(ttl)).get()).as("list").hasSize(i < 50 ? 0 : 2);
      assertThat(keyed.map(map().ttl(ttl))).as("map").hasSize(i < 50 ? 0 : 2);
      assertThat(keyed.reducing(sum().ttl(ttl)).get() == null).as("sum").isEqualTo(i < 50);
    }
  }

  private void declare(StateDescriptor descriptor) {
    for (int i = 0; i < operator.parallelism(); i++) {
      KeyedStateBackend<String> keyed = operator.keyed(i);
      if (descriptor instanceof ListStateDescriptor<?> list) {
        assertThat(keyed.list(list)).isNotNull();
      } else if (descriptor instanceof MapStateDescriptor<?, ?> map) {
        assertThat(keyed.map(map)).isNotNull();
      }
    }
  }

  @Test
  final void namespaces_areMergedWithTheirTimes() {
    StateTtl ttl = ttl(StateTtl.Time.PROCESSING);
    KeyedStateBackend<String> keyed = operator.at("a");
    NamespacedState<String, ListState<String>> lists =
        keyed.list(list().ttl(ttl), Serializers.STRING);
    NamespacedState<String, ReducingState<Long>> sums =
        keyed.reducing(sum().ttl(ttl), Serializers.STRING);
    lists.in("s").add("old");
    sums.in("s").add(1L);
    operator.setTime(START + 1_000);
    lists.in("t").add("new");
    sums.in("t").add(2L);
    keyed.mergeNamespaces(lists, "t", List.of("s"));
    keyed.mergeNamespaces(sums, "t", List.of("s"));
    assertThat(lists.in("t").get()).containsExactly("new", "old");
    operator.setTime(START + TTL);
    assertThat(lists.in("t").get()).as("list after the older one's time").containsExactly("new");
    assertThat(sums.in("t").get()).as("sum, written by the merge").isEqualTo(3L);
    keyed.clearCurrentKey();
    assertThat(lists.in("t").get()).as("list of a cleared key").isEmpty();
  }

  @Test
  final void mutableValues_areNotShared() {
    StateTtl ttl = ttl(StateTtl.Time.PROCESSING);
    ValueStateDescriptor<List<Long>> descriptor =
        ValueStateDescriptor.of("longs", Serializers.list(Serializers.LONG)).ttl(ttl);
    ValueState<List<Long>> value = operator.at("a").value(descriptor);
    List<Long> callers = new ArrayList<>(List.of(1L));
    value.update(callers);
    callers.add(9L);
    operator.setTime(START + 1_000);
    operator.checkpoint();
    value.update(
        longs -> {
          longs.add(2L);
          return longs;
        });
    Objects.requireNonNull(value.value()).add(9L);
    assertThat(value.value()).as("value").containsExactly(1L, 2L);
    operator.setTime(START + TTL);
    assertThat(value.value()).as("value refreshed by the function").containsExactly(1L, 2L);
    operator.restore(backend(), 1);
    value = operator.at("a").value(descriptor);
    assertThat(value.value()).as("value of the checkpoint, which has expired").isNull();
    operator.setTime(START + TTL - 1);
    operator.restore(backend(), 1);
    assertThat(operator.at("a").value(descriptor).value()).containsExactly(1L);
  }

  @Test
  final void aggregating_beginsAnew() {
    StateTtl ttl = ttl(StateTtl.Time.PROCESSING);
    KeyedStateBackend<String> keyed = operator.at("a");
    keyed.aggregating(mean().ttl(ttl)).add(4);
    keyed.aggregating(mean().ttl(ttl)).add(6);
    assertThat(keyed.aggregating(mean().ttl(ttl)).get()).as("mean").isEqualTo(5.0);
    operator.setTime(START + TTL);
    assertThat(keyed.aggregating(mean().ttl(ttl)).get()).as("mean after the time").isNull();
    keyed.aggregating(mean().ttl(ttl)).add(8);
    assertThat(keyed.aggregating(mean().ttl(ttl)).get()).as("a mean begun anew").isEqualTo(8.0);
  }

  @Test
  final void maintain_goesOnInSteps() {
    StateTtl ttl = ttl(StateTtl.Time.PROCESSING);
    setTime(0);
    fill(ttl, 0, KEY_COUNT);
    setTime(TTL);
    int steps = 1;
    while (operator.keyed().maintain(10)) {
      steps++;
    }
    assertThat(steps)
        .as("steps of 10 for %d values and more", KEY_COUNT)
        .isGreaterThan(KEY_COUNT / 10);
    assertThat(entryCount(value().ttl(ttl))).as("values left").isZero();
    assertThat(operator.keyed().expiryFigures().passes()).as("passes").isPositive();
    assertThat(operator.keyed().expiryFigures().removedBytes()).as("bytes").isPositive();
  }
}
