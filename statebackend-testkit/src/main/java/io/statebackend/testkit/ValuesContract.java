// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.ValueCases.Case;
import io.statebackend.testkit.ValueCases.Changed;
import io.statebackend.testkit.ValueCases.Holder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What a serializer takes comes back equal: objects of some 190 classes as values, elements and
 * values of maps, through checkpoints, rescaling, savepoints, and a migration by which fields were
 * added, removed and put in another order. Classes that are refused when the serializer is created
 * are not tried any further.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
public abstract class ValuesContract extends BackendContract {
  /** Each key is in another key group, so that subtasks take over some and not others. */
  private static final List<String> KEYS = List.of("a", "b", "c", "d");

  private static final String MAP_KEY = "m";

  /** Creates the contract, for one test. */
  protected ValuesContract() {}

  /** A case that serializers take, and where its values are kept. */
  private record Taken(int index, Case values) {
    private ValueStateDescriptor<Holder> value() {
      return ValueStateDescriptor.of("value-" + index, values.holders());
    }

    private ValueStateDescriptor<Changed> changed() {
      return ValueStateDescriptor.of("value-" + index, values.changed());
    }

    private ListStateDescriptor<Object> list() {
      return ListStateDescriptor.of("list-" + index, values.own());
    }

    private MapStateDescriptor<String, Object> map() {
      return MapStateDescriptor.of("map-" + index, Serializers.STRING, values.own());
    }

    private boolean isInList() {
      return index % 2 == 0;
    }

    void write(KeyedStateBackend<String> keyed) {
      keyed.value(value()).update(new Holder(values.value()));
      if (isInList()) {
        keyed.list(list()).addAll(List.of(values.value(), values.value()));
      } else {
        keyed.map(map()).put(MAP_KEY, values.value());
      }
    }

    void checkRead(KeyedStateBackend<String> keyed) {
      Holder holder = requireNonNull(keyed.value(value()).value(), values.name());
      assertThat(holder.number).isEqualTo(Holder.NUMBER);
      assertSame(holder.value);
      checkParts(keyed);
    }

    void checkMigrated(KeyedStateBackend<String> keyed) {
      Changed changed = requireNonNull(keyed.value(changed()).value(), values.name());
      assertThat(changed.number).isEqualTo(Holder.NUMBER);
      assertSame(changed.value);
      checkParts(keyed);
    }

    private void checkParts(KeyedStateBackend<String> keyed) {
      if (isInList()) {
        List<Object> elements = new ArrayList<>();
        keyed.list(list()).forEach(elements::add);
        assertThat(elements).as("%s", values).hasSize(2);
        elements.forEach(this::assertSame);
      } else {
        assertSame(keyed.map(map()).get(MAP_KEY));
      }
    }

    private void assertSame(@Nullable Object actual) {
      assertThat(ValueText.of(actual)).as("%s", values).isEqualTo(ValueText.of(values.value()));
    }
  }

  private static List<Taken> taken() {
    List<Taken> taken = new ArrayList<>();
    List<Case> all = ValueCases.all();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).isTaken()) {
        taken.add(new Taken(i, all.get(i)));
      }
    }
    return taken;
  }

  @Test
  final void values_comeBackEqual() {
    List<Taken> cases = taken();
    TestOperator<String> operator = start(2);
    for (String key : KEYS) {
      cases.forEach(c -> c.write(operator.at(key)));
      cases.forEach(c -> c.checkRead(operator.at(key)));
    }

    operator.restart(backend(), 3);
    KEYS.forEach(key -> cases.forEach(c -> c.checkRead(operator.at(key))));

    operator.moveTo(backend(), 1);
    KEYS.forEach(key -> cases.forEach(c -> c.checkMigrated(operator.at(key))));

    operator.restart(backend(), 2);
    KEYS.forEach(key -> cases.forEach(c -> c.checkMigrated(operator.at(key))));
  }

  /** Immutable, so that an engine may keep it as it is. */
  private record Link(int number, @Nullable Link next) {}

  private static Link chain(int length) {
    Link link = null;
    for (int i = 0; i < length; i++) {
      link = new Link(i, link);
    }
    return requireNonNull(link);
  }

  @Test
  final void tooDeep_isRefusedAtOnce() {
    TypeSerializer<Link> links = Serializers.record(Link.class);
    ValueStateDescriptor<Link> value = ValueStateDescriptor.of("value", links);
    ListStateDescriptor<Link> list = ListStateDescriptor.of("list", links);
    MapStateDescriptor<String, Link> map = MapStateDescriptor.of("map", Serializers.STRING, links);
    ReducingStateDescriptor<Link> reducing =
        ReducingStateDescriptor.of("reducing", (a, b) -> b, links);
    TestOperator<String> operator = start(1);
    KeyedStateBackend<String> keyed = operator.at("k");
    Link deepest = chain(257);
    Link tooDeep = chain(258);
    ListState<Link> split =
        operator.operatorState(0).splitList(ListStateDescriptor.of("split", links));

    keyed.value(value).update(deepest);
    keyed.list(list).add(deepest);
    keyed.map(map).put("u", deepest);
    keyed.reducing(reducing).add(deepest);
    split.add(deepest);
    assertThatIllegalArgumentException().isThrownBy(() -> keyed.value(value).update(tooDeep));
    assertThatIllegalArgumentException().isThrownBy(() -> keyed.list(list).add(tooDeep));
    assertThatIllegalArgumentException().isThrownBy(() -> keyed.map(map).put("u", tooDeep));
    assertThatIllegalArgumentException().isThrownBy(() -> keyed.reducing(reducing).add(tooDeep));
    assertThatIllegalArgumentException().isThrownBy(() -> split.add(tooDeep));

    operator.restart(backend(), 1);

    assertThat(operator.at("k").value(value).value()).isEqualTo(deepest);
    assertThat(operator.at("k").list(list)).containsExactly(deepest);
    assertThat(operator.at("k").map(map).get("u")).isEqualTo(deepest);
    assertThat(operator.at("k").reducing(reducing).get()).isEqualTo(deepest);
    assertThat(operator.operatorState(0).splitList(ListStateDescriptor.of("split", links)))
        .containsExactly(deepest);
  }

  /** Linked objects, which Kryo writes. */
  private static final class Chain {
    private @Nullable Object next;

    static Chain of(int length) {
      Chain chain = new Chain();
      for (int i = 1; i < length; i++) {
        Chain longer = new Chain();
        longer.next = chain;
        chain = longer;
      }
      return chain;
    }

    int length() {
      int length = 1;
      for (Object rest = next; rest instanceof Chain chain; rest = chain.next) {
        length++;
      }
      return length;
    }
  }

  private static final TypeSerializer<Chain> CHAINS = Serializers.kryo(Chain.class);

  /** What is taken when it is put can be written, copied and read by everything that comes. */
  @Test
  final void deepGraphs_areRefusedAtOnceOrComeBack() {
    ValueStateDescriptor<Chain> value = ValueStateDescriptor.of("value", CHAINS);
    ListStateDescriptor<Chain> list = ListStateDescriptor.of("list", CHAINS);
    TestOperator<Integer> operator = start(Serializers.INT, 1);
    List<Integer> taken = new ArrayList<>();
    List<Integer> refused = new ArrayList<>();
    for (int length :
        List.of(1, 100, 254, 255, 256, 257, 258, 509, 510, 511, 512, 513, 514, 9_999)) {
      KeyedStateBackend<Integer> keyed = operator.at(length);
      try {
        keyed.value(value).update(Chain.of(length));
        keyed.list(list).addAll(List.of(Chain.of(length), Chain.of(length)));
        taken.add(length);
      } catch (IllegalArgumentException e) {
        refused.add(length);
      }
    }
    assertThat(taken).contains(1, 100, 254);
    assertThat(refused).contains(9_999);

    operator.restart(backend(), 2);

    for (int length : taken) {
      KeyedStateBackend<Integer> keyed = operator.at(length);
      assertThat(requireNonNull(keyed.value(value).value()).length()).isEqualTo(length);
      assertThat(keyed.list(list)).extracting(Chain::length).containsExactly(length, length);
    }
    for (int length : refused) {
      assertThat(operator.at(length).value(value).value()).as("length=%d", length).isNull();
      assertThat(operator.at(length).list(list)).as("length=%d", length).isEmpty();
    }
  }

  /** Refused at once, or by checkpoints that say which state it is, until it is replaced. */
  @Test
  final void changedInPlace_toWhatCannotBeWritten() {
    ValueStateDescriptor<Chain> value = ValueStateDescriptor.of("the value", CHAINS);
    TestOperator<String> operator = start(1);
    operator.at("k").value(value).update(Chain.of(2));
    boolean isRefused = false;
    try {
      operator
          .at("k")
          .value(value)
          .update(
              chain -> {
                requireNonNull(chain).next = new Thread();
                return chain;
              });
    } catch (IllegalArgumentException e) {
      isRefused = true;
    }
    if (isRefused) {
      assertThat(requireNonNull(operator.at("k").value(value).value()).length()).isEqualTo(2);
    } else {
      assertThatThrownBy(operator::checkpoint).hasStackTraceContaining("the value");
    }

    operator.at("k").value(value).update(Chain.of(3));
    operator.restart(backend(), 1);

    assertThat(requireNonNull(operator.at("k").value(value).value()).length()).isEqualTo(3);
  }

  @Test
  final void migration_throughACheckpoint() {
    List<Taken> cases = taken();
    TestOperator<String> operator = start(1);
    KEYS.forEach(key -> cases.forEach(c -> c.write(operator.at(key))));

    operator.restart(backend(), 2);

    KEYS.forEach(key -> cases.forEach(c -> c.checkMigrated(operator.at(key))));
  }
}
