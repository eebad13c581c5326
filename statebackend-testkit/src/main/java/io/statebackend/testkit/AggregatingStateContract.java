// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.AggregatingState;
import io.statebackend.api.AggregatingStateDescriptor;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.core.serialization.Serializers;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Values aggregated into an accumulator per key that the function changes in place. */
public abstract class AggregatingStateContract extends BackendContract {
  private static final AggregatingStateDescriptor<Integer, List<Long>, Double> MEAN =
      AggregatingStateDescriptor.of("mean", new Mean(), Serializers.list(Serializers.LONG));

  private KeyedStateBackend<String> keyed;
  private AggregatingState<Integer, Double> mean;

  /** Creates the contract, for one test. */
  protected AggregatingStateContract() {}

  @BeforeEach
  final void openState() {
    keyed = openKeyed();
    mean = keyed.aggregating(MEAN);
    keyed.setCurrentKey("a");
  }

  @Test
  final void get_nothingAdded() {
    assertThat(mean.get()).as("result before anything was added").isNull();
    assertThat(keyed.entryCount(MEAN)).as("entries").isZero();
  }

  @Test
  final void add_aggregates() {
    mean.add(1);
    mean.add(2);
    mean.add(6);

    assertThat(mean.get()).as("mean of 1, 2 and 6").isEqualTo(3.0);
    assertThat(mean.get()).as("the same, asked for again").isEqualTo(3.0);
    assertThat(keyed.entryCount(MEAN)).as("entries").isEqualTo(1);
  }

  @Test
  final void add_eachKeyHasItsOwn() {
    for (int i = 0; i < 10; i++) {
      keyed.setCurrentKey("a");
      mean.add(1);
      keyed.setCurrentKey("b");
      mean.add(i);
    }

    assertThat(mean.get()).as("mean of b").isEqualTo(4.5);
    keyed.setCurrentKey("a");
    assertThat(mean.get()).as("mean of a").isEqualTo(1.0);
  }

  @Test
  final void clear_startsAnew() {
    mean.add(100);
    mean.clear();
    assertThat(mean.get()).as("result after clear").isNull();
    mean.add(2);

    assertThat(mean.get()).as("mean of what was added after clear").isEqualTo(2.0);
  }
}
