// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ReducingState;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Values reduced into one per key, also by a function that changes its argument. */
public abstract class ReducingStateContract extends BackendContract {
  private static final ReducingStateDescriptor<Long> SUM =
      ReducingStateDescriptor.of("sum", Long::sum, Serializers.LONG);
  private static final ReducingStateDescriptor<List<Long>> ALL =
      ReducingStateDescriptor.of(
          "all", ReducingStateContract::append, Serializers.list(Serializers.LONG));

  private KeyedStateBackend<String> keyed;
  private ReducingState<Long> sum;
  private ReducingState<List<Long>> all;

  /** Creates the contract, for one test. */
  protected ReducingStateContract() {}

  private static List<Long> append(List<Long> stored, List<Long> added) {
    stored.addAll(added);
    return stored;
  }

  @BeforeEach
  final void openState() {
    keyed = openKeyed();
    sum = keyed.reducing(SUM);
    all = keyed.reducing(ALL);
    keyed.setCurrentKey("a");
  }

  @Test
  final void get_nothingAdded() {
    assertThat(sum.get()).as("result before anything was added").isNull();
    assertThat(keyed.entryCount(SUM)).as("entries").isZero();
  }

  @Test
  final void add_reduces() {
    sum.add(1L);
    assertThat(sum.get()).as("result of one value: the value itself").isEqualTo(1L);
    sum.add(2L);
    sum.add(3L);

    assertThat(sum.get()).as("sum of 1, 2 and 3").isEqualTo(6L);
    assertThat(keyed.entryCount(SUM)).as("entries").isEqualTo(1);
  }

  @Test
  final void add_eachKeyHasItsOwn() {
    sum.add(1L);
    keyed.setCurrentKey("b");
    sum.add(10L);
    sum.add(10L);

    assertThat(sum.get()).as("sum of b").isEqualTo(20L);
    keyed.setCurrentKey("a");
    assertThat(sum.get()).as("sum of a").isEqualTo(1L);
  }

  @Test
  final void clear_startsAnew() {
    sum.add(1L);
    sum.clear();
    assertThat(sum.get()).as("result after clear").isNull();
    sum.add(5L);

    assertThat(sum.get()).as("result of what was added after clear").isEqualTo(5L);
  }

  @Test
  final void add_reducerChangesItsArgument() {
    List<Long> first = new ArrayList<>(List.of(1L));
    all.add(first);
    all.add(List.of(2L));
    first.add(99L);
    all.add(List.of(3L));

    assertThat(all.get()).as("what was added, in order").containsExactly(1L, 2L, 3L);
    assertThat(first).as("the caller's object, which no reducer may see").containsExactly(1L, 99L);
  }

  @Test
  final void get_callerChangesResult() {
    all.add(List.of(1L));
    Objects.requireNonNull(all.get()).add(99L);

    assertThat(all.get()).as("stored result after the caller's was changed").containsExactly(1L);
  }

  @Test
  final void add_reducerThrows() {
    ReducingState<Long> refusing =
        keyed.reducing(ReducingStateDescriptor.of("refusing", Math::addExact, Serializers.LONG));
    refusing.add(Long.MAX_VALUE);

    assertThatThrownBy(() -> refusing.add(1L))
        .as("what the reducer throws reaches the caller")
        .isInstanceOf(ArithmeticException.class);
    assertThat(refusing.get()).as("stored value after that").isEqualTo(Long.MAX_VALUE);
  }
}
