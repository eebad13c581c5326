// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.StateTtl;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * State with a time to live under random operations, with a clock that the test moves, through
 * checkpoints, rescales and changes of the engine, compared with plain maps that know the times.
 */
public abstract class TtlModelContract extends BackendContract {
  private static final long START = 1_000_000_000_000L;
  private static final long TTL = 10_000;
  private static final int KEY_COUNT = 60;
  private static final int STEP_COUNT = 3_000;

  /** Creates the contract, for one test. */
  protected TtlModelContract() {}

  /** What was written, and when. */
  private record Written<V>(long stamp, V value) {}

  @TestFactory
  final Stream<DynamicTest> sequences() {
    return Seeds.onlyOf(LongStream.range(0, 4))
        .mapToObj(
            seed ->
                DynamicTest.dynamicTest(
                    "seed " + seed,
                    () -> {
                      try (Run run = new Run(seed)) {
                        run.all();
                      } catch (AssertionError e) {
                        throw new AssertionError(Seeds.replay(seed) + ": " + e.getMessage(), e);
                      }
                    }));
  }

  private final class Run implements AutoCloseable {
    private final Random random;
    private final StateTtl ttl;
    private final ValueStateDescriptor<String> values;
    private final ListStateDescriptor<Long> lists;
    private final MapStateDescriptor<Long, String> maps;
    private final ReducingStateDescriptor<Long> sums;
    private final Map<String, Written<String>> valueModel = new HashMap<>();
    private final Map<String, List<Written<Long>>> listModel = new HashMap<>();
    private final Map<String, Map<Long, Written<String>>> mapModel = new HashMap<>();
    private final Map<String, Written<Long>> sumModel = new HashMap<>();
    private final TestOperator<String> operator;
    private long now = START;
    private int step;

    Run(long seed) {
      random = new Random(seed);
      StateTtl.Time time = seed % 2 == 0 ? StateTtl.Time.PROCESSING : StateTtl.Time.EVENT;
      ttl = new StateTtl(Duration.ofMillis(TTL), time, StateTtl.Refresh.ON_WRITE);
      values = ValueStateDescriptor.of("values", Serializers.STRING).ttl(ttl);
      lists = ListStateDescriptor.of("lists", Serializers.LONG).ttl(ttl);
      maps = MapStateDescriptor.of("maps", Serializers.LONG, Serializers.STRING).ttl(ttl);
      sums = ReducingStateDescriptor.of("sums", Long::sum, Serializers.LONG).ttl(ttl);
      operator = new TestOperator<>(backend(), Serializers.STRING, 1);
      setTime(now);
    }

    private void setTime(long millis) {
      now = millis;
      operator.setTime(millis);
      tellTime();
    }

    private void tellTime() {
      for (int i = 0; i < operator.parallelism(); i++) {
        operator.keyed(i).advanceTime(now);
      }
    }

    private boolean isLive(Written<?> written) {
      return now - written.stamp < TTL;
    }

    private <V> @Nullable V live(@Nullable Written<V> written) {
      return written != null && isLive(written) ? written.value : null;
    }

    void all() {
      for (step = 0; step < STEP_COUNT; step++) {
        step();
      }
      for (int i = 0; i < KEY_COUNT; i++) {
        check("k" + i);
      }
      checkCounts();
    }

    private void step() {
      String name = "k" + random.nextInt(KEY_COUNT);
      switch (random.nextInt(16)) {
        case 0, 1 -> {
          operator.at(name).value(values).update("v" + step);
          valueModel.put(name, new Written<>(now, "v" + step));
        }
        case 2 -> {
          String old = live(valueModel.get(name));
          operator.at(name).value(values).update(v -> (v == null ? "" : v) + step % 10);
          valueModel.put(name, new Written<>(now, (old == null ? "" : old) + step % 10));
        }
        case 3 -> {
          operator.at(name).value(values).clear();
          valueModel.remove(name);
        }
        case 4, 5, 6 -> add(name);
        case 7, 8, 9 -> put(name);
        case 10 -> {
          long userKey = random.nextInt(12);
          operator.at(name).map(maps).remove(userKey);
          mapModel.getOrDefault(name, new HashMap<>()).remove(userKey);
        }
        case 11 -> {
          operator.at(name).reducing(sums).add((long) step);
          Long old = live(sumModel.get(name));
          sumModel.put(name, new Written<>(now, step + (old == null ? 0L : old)));
        }
        case 12 -> setTime(now + random.nextInt((int) TTL / 20));
        case 13 -> operator.keyed(random.nextInt(operator.parallelism())).maintain(50);
        case 14 -> restart();
        default -> check(name);
      }
    }

    private void add(String name) {
      List<Written<Long>> list = listModel.computeIfAbsent(name, absent -> new ArrayList<>());
      int count = random.nextInt(50) == 0 ? 2_000 : 1 + random.nextInt(3);
      List<Long> added = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        added.add((long) step * 10_000 + i);
        list.add(new Written<>(now, added.get(i)));
      }
      operator.at(name).list(lists).addAll(added);
    }

    private void put(String name) {
      MapState<Long, String> map = operator.at(name).map(maps);
      Map<Long, Written<String>> model = mapModel.computeIfAbsent(name, absent -> new HashMap<>());
      int count = random.nextInt(50) == 0 ? 2_000 : 1 + random.nextInt(3);
      for (int i = 0; i < count; i++) {
        long userKey = count > 100 ? i : random.nextInt(12);
        map.put(userKey, "m" + step);
        model.put(userKey, new Written<>(now, "m" + step));
      }
    }

    private void restart() {
      if (random.nextInt(40) != 0) {
        return;
      }
      int parallelism = 1 + random.nextInt(3);
      switch (random.nextInt(3)) {
        case 0 -> operator.restart(backend(), operator.parallelism());
        case 1 -> {
          operator.moveTo(new SortedMapStateBackend(), parallelism);
          tellTime();
          declare();
          operator.moveTo(backend(), 1 + random.nextInt(3));
        }
        default -> operator.moveTo(backend(), parallelism);
      }
      tellTime();
      declare();
    }

    private void declare() {
      for (int i = 0; i < operator.parallelism(); i++) {
        KeyedStateBackend<String> keyed = operator.keyed(i);
        assertThat(List.of(keyed.value(values), keyed.list(lists))).hasSize(2);
        assertThat(List.of(keyed.map(maps), keyed.reducing(sums))).hasSize(2);
      }
    }

    private void check(String name) {
      KeyedStateBackend<String> keyed = operator.at(name);
      assertThat(keyed.value(values).value())
          .as("step %d, value of %s", step, name)
          .isEqualTo(live(valueModel.get(name)));
      assertThat(keyed.list(lists).get())
          .as("step %d, list of %s", step, name)
          .isEqualTo(
              listModel.getOrDefault(name, List.of()).stream()
                  .filter(this::isLive)
                  .map(Written::value)
                  .toList());
      Map<Long, String> live = new HashMap<>();
      mapModel
          .getOrDefault(name, Map.of())
          .forEach(
              (userKey, written) -> {
                if (isLive(written)) {
                  live.put(userKey, written.value);
                }
              });
      Map<Long, String> found = new HashMap<>();
      keyed.map(maps).forEach(entry -> found.put(entry.getKey(), entry.getValue()));
      assertThat(found).as("step %d, map of %s", step, name).isEqualTo(live);
      assertThat(keyed.map(maps).isEmpty()).isEqualTo(live.isEmpty());
      assertThat(keyed.reducing(sums).get())
          .as("step %d, sum of %s", step, name)
          .isEqualTo(live(sumModel.get(name)));
    }

    /** Has all removed that has expired, and compares how much is left. */
    private void checkCounts() {
      long valueCount = 0;
      long listCount = 0;
      long mapCount = 0;
      for (int i = 0; i < operator.parallelism(); i++) {
        KeyedStateBackend<String> keyed = operator.keyed(i);
        for (int pass = 0; pass < 2; pass++) {
          // The first one may have begun a while ago.
          while (keyed.maintain(1_000)) {
            // As long as there is more.
          }
        }
        valueCount += keyed.entryCount(values);
        listCount += keyed.entryCount(lists);
        mapCount += keyed.entryCount(maps);
      }
      assertThat(valueCount)
          .as("values left")
          .isEqualTo(valueModel.values().stream().filter(this::isLive).count());
      assertThat(listCount)
          .as("lists left")
          .isEqualTo(
              listModel.values().stream().filter(l -> l.stream().anyMatch(this::isLive)).count());
      assertThat(mapCount)
          .as("maps left")
          .isEqualTo(
              mapModel.values().stream()
                  .filter(m -> m.values().stream().anyMatch(this::isLive))
                  .count());
    }

    @Override
    public void close() {
      operator.close();
    }
  }
}
