// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.AggregatingStateDescriptor;
import io.statebackend.api.DefaultValue;
import io.statebackend.api.FormerNames;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CompatibilityReport;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * State that was written by one version of a program is found by the next, whose types are others:
 * through checkpoints, which an engine with snapshots of its own restores itself, and through
 * savepoints, which are portable.
 */
public abstract class EvolutionContract extends BackendContract {
  private static final int KEY_COUNT = 50;
  private static final int WINDOW_COUNT = 3;

  /** A value, as the first version has it. */
  record Item(@Nullable String name, int price) {}

  /** With a longer price, a new name, another order, and something new. */
  record Item2(
      long price,
      @FormerNames("name") @Nullable String title,
      @DefaultValue("EUR") String currency) {}

  /** Without what the second version had added. */
  record Item3(long price, @FormerNames({"name", "title"}) Optional<String> label) {}

  /** As {@link Item}, with components added and in another order: the first can read it again. */
  record WiderItem(@DefaultValue("EUR") String currency, int price, @Nullable String name) {}

  /** A class that Kryo writes. */
  static class Basket {
    int size;
    List<Item> items = new ArrayList<>();
  }

  /** The same with a wider field and a new one. */
  @FormerNames("io.statebackend.testkit.EvolutionContract$Basket")
  static class Basket2 {
    long size;
    List<Item> items = new ArrayList<>();
    String owner = "nobody";
  }

  enum Level {
    LOW,
    HIGH
  }

  /** Without a constant that is stored. */
  enum FewerLevels {
    LOW
  }

  /** With all of them, in another order. */
  enum TurnedLevels {
    HIGH,
    LOW
  }

  /** The states of one version, all of one type. */
  private record Version<V>(
      ValueStateDescriptor<V> value,
      ListStateDescriptor<V> list,
      MapStateDescriptor<Long, V> longMap,
      ReducingStateDescriptor<V> reduced,
      AggregatingStateDescriptor<V, List<V>, V> aggregated,
      ValueStateDescriptor<V> windowed) {

    static <V> Version<V> of(TypeSerializer<V> serializer) {
      return new Version<>(
          ValueStateDescriptor.of("value", serializer),
          ListStateDescriptor.of("list", serializer),
          MapStateDescriptor.of("map", Serializers.LONG, serializer),
          ReducingStateDescriptor.of("reduced", (a, b) -> b, serializer),
          AggregatingStateDescriptor.of("aggregated", new Last<>(), Serializers.list(serializer)),
          ValueStateDescriptor.of("windowed", serializer));
    }
  }

  private static final MapStateDescriptor<Integer, Item> MAP =
      MapStateDescriptor.of("map", Serializers.INT, Serializers.record(Item.class));
  private static final Version<Item> FIRST = Version.of(Serializers.record(Item.class));
  private static final Version<Item2> SECOND = Version.of(Serializers.record(Item2.class));
  private static final Version<WiderItem> WIDER = Version.of(Serializers.record(WiderItem.class));
  private static final Version<Item3> THIRD = Version.of(Serializers.record(Item3.class));

  /** Creates the contract, for one test. */
  protected EvolutionContract() {}

  private TestOperator<String> startFirst() {
    TestOperator<String> operator = start(2);
    for (int i = 0; i < KEY_COUNT; i++) {
      Item item = new Item("n" + i, i);
      KeyedStateBackend<String> keyed = operator.at("key-" + i);
      keyed.value(FIRST.value).update(item);
      keyed.list(FIRST.list).addAll(List.of(item, new Item(null, -i)));
      keyed.map(MAP).putAll(Map.of(i, item, -1, item));
      keyed.reducing(FIRST.reduced).add(item);
      keyed.aggregating(FIRST.aggregated).add(item);
      keyed.value(FIRST.windowed, Serializers.INT).in(i % WINDOW_COUNT).update(item);
    }
    return operator;
  }

  /** How an operator is restarted. */
  private enum Way {
    CHECKPOINT,
    SAVEPOINT
  }

  private void restart(TestOperator<String> operator, Way way, int parallelism) {
    if (way == Way.CHECKPOINT) {
      operator.restart(backend(), parallelism);
    } else {
      operator.moveTo(backend(), parallelism);
    }
  }

  private static <V> void assertAll(
      TestOperator<String> operator, Version<V> version, V[] expected, V[] others) {
    for (int i = 0; i < KEY_COUNT; i++) {
      KeyedStateBackend<String> keyed = operator.at("key-" + i);
      V item = expected[i];
      assertThat(keyed.value(version.value).value()).as("value of key-%d", i).isEqualTo(item);
      assertThat(keyed.list(version.list).get())
          .as("list of key-%d", i)
          .containsExactly(item, others[i]);
      assertThat(keyed.map(version.longMap))
          .as("map of key-%d", i)
          .containsExactlyInAnyOrder(Map.entry((long) i, item), Map.entry(-1L, item));
      assertThat(keyed.reducing(version.reduced).get()).as("sum of key-%d", i).isEqualTo(item);
      assertThat(keyed.aggregating(version.aggregated).get())
          .as("last of key-%d", i)
          .isEqualTo(item);
      for (int window = 0; window < WINDOW_COUNT; window++) {
        assertThat(keyed.value(version.windowed, Serializers.INT).in(window).value())
            .as("value of key-%d in window %d", i, window)
            .isEqualTo(i % WINDOW_COUNT == window ? item : null);
      }
    }
  }

  private static void assertSecond(TestOperator<String> operator) {
    Item2[] expected = new Item2[KEY_COUNT];
    Item2[] others = new Item2[KEY_COUNT];
    for (int i = 0; i < KEY_COUNT; i++) {
      expected[i] = new Item2(i, "n" + i, "EUR");
      others[i] = new Item2(-i, null, "EUR");
    }
    assertAll(operator, SECOND, expected, others);
  }

  private static void assertThird(TestOperator<String> operator) {
    Item3[] expected = new Item3[KEY_COUNT];
    Item3[] others = new Item3[KEY_COUNT];
    for (int i = 0; i < KEY_COUNT; i++) {
      expected[i] = new Item3(i, Optional.of("n" + i));
      others[i] = new Item3(-i, Optional.empty());
    }
    assertAll(operator, THIRD, expected, others);
  }

  @Test
  final void checkpoint_nextVersion() {
    TestOperator<String> operator = startFirst();
    restart(operator, Way.CHECKPOINT, 2);
    assertSecond(operator);
  }

  @Test
  final void savepoint_nextVersion() {
    TestOperator<String> operator = startFirst();
    restart(operator, Way.SAVEPOINT, 2);
    assertSecond(operator);
  }

  @Test
  final void checkpoint_nextVersionAtAnotherParallelism() {
    TestOperator<String> operator = startFirst();
    restart(operator, Way.CHECKPOINT, 3);
    assertSecond(operator);
  }

  @Test
  final void checkpoint_throughThreeVersions() {
    throughThreeVersions(Way.CHECKPOINT, Way.SAVEPOINT);
  }

  @Test
  final void savepoint_throughThreeVersions() {
    throughThreeVersions(Way.SAVEPOINT, Way.CHECKPOINT);
  }

  private void throughThreeVersions(Way way, Way last) {
    TestOperator<String> operator = startFirst();
    restart(operator, way, 1);
    assertSecond(operator);
    restart(operator, way, 2);
    assertThird(operator);
    restart(operator, last, 1);
    assertThird(operator);
  }

  @Test
  final void checkpoint_upgradeAndDowngrade() {
    upgradeAndDowngrade(Way.CHECKPOINT);
  }

  @Test
  final void savepoint_upgradeAndDowngrade() {
    upgradeAndDowngrade(Way.SAVEPOINT);
  }

  private void upgradeAndDowngrade(Way way) {
    TestOperator<String> operator = start(2);
    for (int i = 0; i < KEY_COUNT; i++) {
      KeyedStateBackend<String> keyed = operator.at("key-" + i);
      keyed.value(FIRST.value).update(new Item("n" + i, i));
      keyed.list(FIRST.list).add(new Item(null, i));
    }
    for (int round = 0; round < 2; round++) {
      restart(operator, way, 2);
      for (int i = 0; i < KEY_COUNT; i++) {
        KeyedStateBackend<String> keyed = operator.at("key-" + i);
        assertThat(keyed.value(WIDER.value).value()).isEqualTo(new WiderItem("EUR", i, "n" + i));
        assertThat(keyed.list(WIDER.list).get()).containsExactly(new WiderItem("EUR", i, null));
      }
      restart(operator, way, 2);
      for (int i = 0; i < KEY_COUNT; i++) {
        KeyedStateBackend<String> keyed = operator.at("key-" + i);
        assertThat(keyed.value(FIRST.value).value()).isEqualTo(new Item("n" + i, i));
        assertThat(keyed.list(FIRST.list).get()).containsExactly(new Item(null, i));
      }
    }
  }

  @Test
  final void check_ofACheckpoint_tellsWhatRestoringDoes() {
    TestOperator<String> operator = startFirst();
    operator.checkpoint();
    ValueStateDescriptor<String> text = ValueStateDescriptor.of("value", Serializers.STRING);
    ListStateDescriptor<Long> added = ListStateDescriptor.of("added", Serializers.LONG);

    CompatibilityReport report =
        operator.check(
            version ->
                version
                    .keys(Serializers.STRING)
                    .state(text)
                    .state(SECOND.list)
                    .state(SECOND.longMap)
                    .state(FIRST.reduced)
                    .state(FIRST.windowed, Serializers.INT)
                    .state(added)
                    .dropState("aggregated"));

    assertThat(report.lines())
        .extracting(line -> line.state() + " " + line.verdict())
        .containsExactlyInAnyOrder(
            " AS_IS",
            "value INCOMPATIBLE",
            "list AFTER_MIGRATION",
            "map AFTER_MIGRATION",
            "reduced AS_IS",
            "windowed AS_IS",
            "added NEW",
            "aggregated DROPPED");
    operator.restoreWithoutState(backend(), "aggregated");
    KeyedStateBackend<String> keyed = operator.at("key-1");
    assertThatThrownBy(() -> keyed.value(text)).hasMessage(message(report, "value"));
    assertThat(keyed.list(SECOND.list).get()).hasSize(2);
    assertThat(keyed.map(SECOND.longMap)).hasSize(2);
    assertThat(keyed.reducing(FIRST.reduced).get()).isEqualTo(new Item("n1", 1));
    assertThat(keyed.list(added).get()).isEmpty();
    assertThat(keyed.aggregating(SECOND.aggregated).get()).isNull();
  }

  private static String message(CompatibilityReport report, String state) {
    return report.lines().stream()
        .filter(line -> line.state().equals(state))
        .findFirst()
        .orElseThrow()
        .message();
  }

  @Test
  final void checkpoint_crashAfterMigration_isMigratedAgain() {
    TestOperator<String> operator = startFirst();
    operator.checkpoint();
    operator.restore(backend(), 2);
    assertSecond(operator);
    operator.restore(backend(), 1);
    assertSecond(operator);
  }

  @Test
  final void checkpoint_migrationFailsHalfWay_nothingIsLost() {
    TestOperator<String> operator = start(1);
    ValueStateDescriptor<Level> levels =
        ValueStateDescriptor.of("level", Serializers.enums(Level.class));
    for (int i = 0; i < KEY_COUNT; i++) {
      Level level = i == KEY_COUNT / 2 ? Level.HIGH : Level.LOW;
      operator.at("key-" + i).value(levels).update(level);
    }
    operator.checkpoint();
    operator.restore(backend(), 1);
    KeyedStateBackend<String> failing = operator.keyed();
    ValueStateDescriptor<FewerLevels> fewer =
        ValueStateDescriptor.of("level", Serializers.enums(FewerLevels.class));
    assertThatThrownBy(() -> failing.value(fewer))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessageContaining("enum constant 'HIGH'");

    operator.restore(backend(), 1);

    ValueStateDescriptor<TurnedLevels> turned =
        ValueStateDescriptor.of("level", Serializers.enums(TurnedLevels.class));
    for (int i = 0; i < KEY_COUNT; i++) {
      assertThat(operator.at("key-" + i).value(turned).value())
          .isEqualTo(i == KEY_COUNT / 2 ? TurnedLevels.HIGH : TurnedLevels.LOW);
    }
  }

  @Test
  final void checkpoint_overOneVersion() {
    TestOperator<String> operator = startFirst();
    restart(operator, Way.CHECKPOINT, 2);
    // The second version never declared a state: all are carried on as the first one wrote them.
    restart(operator, Way.CHECKPOINT, 2);
    assertThird(operator);
  }

  @Test
  final void migrated_isChangedAndCheckpointedLikeAnyOther() {
    TestOperator<String> operator = startFirst();
    restart(operator, Way.CHECKPOINT, 1);
    assertSecond(operator);
    KeyedStateBackend<String> keyed = operator.at("key-1");
    keyed.value(SECOND.value).update(new Item2(1, "changed", "CHF"));
    keyed.list(SECOND.list).add(new Item2(2, "added", "CHF"));
    keyed.map(SECOND.longMap).remove(-1L);
    operator.at("key-2").value(SECOND.value).clear();
    restart(operator, Way.CHECKPOINT, 1);

    keyed = operator.at("key-1");
    assertThat(keyed.value(SECOND.value).value()).isEqualTo(new Item2(1, "changed", "CHF"));
    assertThat(keyed.list(SECOND.list).get())
        .containsExactly(
            new Item2(1, "n1", "EUR"), new Item2(-1, null, "EUR"), new Item2(2, "added", "CHF"));
    assertThat(keyed.map(SECOND.longMap)).containsExactly(Map.entry(1L, new Item2(1, "n1", "EUR")));
    assertThat(operator.at("key-2").value(SECOND.value).value()).isNull();
  }

  @Test
  final void kryo_nextVersion() {
    TestOperator<String> operator = start(1);
    Basket basket = new Basket();
    basket.size = 7;
    basket.items.add(new Item("a", 1));
    operator
        .at("key")
        .value(ValueStateDescriptor.of("basket", Serializers.kryo(Basket.class)))
        .update(basket);
    restart(operator, Way.CHECKPOINT, 1);

    Basket2 read =
        requireNonNull(
            operator
                .at("key")
                .value(ValueStateDescriptor.of("basket", Serializers.kryo(Basket2.class)))
                .value());

    assertThat(read.size).isEqualTo(7);
    assertThat(read.items).containsExactly(new Item("a", 1));
    assertThat(read.owner).isEqualTo("nobody");
  }

  @Test
  final void incompatible_isRefusedAndNothingIsLost() {
    TestOperator<String> operator = startFirst();
    restart(operator, Way.CHECKPOINT, 1);
    KeyedStateBackend<String> keyed = operator.keyed();
    ValueStateDescriptor<String> text = ValueStateDescriptor.of("value", Serializers.STRING);
    assertThatThrownBy(() -> keyed.value(text))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessage(
            "the values of state 'value' of operator 'operator' cannot be read: stored record"
                + " \"io.statebackend.testkit.EvolutionContract$Item\", declared string; declare"
                + " the stored type again, keep the new one under another name, or drop what is"
                + " stored with dropState(\"operator\", \"value\")");
    assertThatThrownBy(() -> keyed.value(SECOND.windowed, Serializers.LONG))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessage(
            "the namespaces of state 'windowed' of operator 'operator' cannot be read: stored"
                + " int32, declared int64; the bytes of namespaces must stay the same: declare the"
                + " stored type again, keep the new one under another name, or drop what is"
                + " stored with dropState(\"operator\", \"windowed\")");
    assertSecond(operator);
  }

  @Test
  final void dropState_beginsEmpty() {
    TestOperator<String> operator = startFirst();
    operator.checkpoint();
    operator.restoreWithoutState(backend(), "value");
    ValueStateDescriptor<String> text = ValueStateDescriptor.of("value", Serializers.STRING);
    KeyedStateBackend<String> keyed = operator.at("key-1");
    assertThat(keyed.value(text).value()).isNull();
    assertThat(operator.keyed().keys(text)).isEmpty();
    keyed.value(text).update("new");
    operator.restart(backend(), 1);
    assertThat(operator.at("key-1").value(text).value()).isEqualTo("new");
    assertThat(operator.at("key-2").value(text).value()).isNull();
    assertThat(operator.at("key-2").list(FIRST.list).get()).hasSize(2);
  }
}
