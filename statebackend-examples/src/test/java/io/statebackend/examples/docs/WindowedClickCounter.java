// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ReducingState;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.api.Timers;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import java.util.function.BiConsumer;

/** The next version of {@link ClickCounter}: counts per minute as well. */
final class WindowedClickCounter implements AutoCloseable {
  private static final ValueStateDescriptor<Long> CLICKS =
      ValueStateDescriptor.of("clicks", Serializers.LONG).withDefault(0L);

  // tag::descriptor
  private static final ReducingStateDescriptor<Long> CLICKS_PER_MINUTE =
      ReducingStateDescriptor.of("clicks-per-minute", Long::sum, Serializers.LONG);

  // end::descriptor

  private final Subtask subtask;
  private final KeyedStateBackend<String> users;
  private final ValueState<Long> clicks;
  // tag::field
  private final NamespacedState<Long, ReducingState<Long>> clicksPerMinute;
  private final Timers<Long> minuteEnds;

  // end::field

  WindowedClickCounter(Subtask subtask, StateBackend backend) {
    this.subtask = subtask;
    users = subtask.keyed(backend, Serializers.STRING);
    clicks = users.value(CLICKS);
    // tag::declare
    clicksPerMinute = users.reducing(CLICKS_PER_MINUTE, Serializers.LONG);
    minuteEnds = users.timers("minute-ends", Serializers.LONG);
    // end::declare
  }

  // tag::process
  void process(Click click) {
    users.setCurrentKey(click.user());
    clicks.update(clicks.value() + 1);
    long minute = click.timeMillis() / 60_000;
    clicksPerMinute.in(minute).add(1L);
    minuteEnds.register(minute, (minute + 1) * 60_000);
  }

  // end::process

  // tag::close-window
  /** Emits the clicks of each user in the minutes that are over, and forgets them. */
  void advanceTo(long timeMillis, BiConsumer<String, Long> output) {
    minuteEnds.fire(
        timeMillis,
        Integer.MAX_VALUE,
        (minute, end) -> {
          ReducingState<Long> count = clicksPerMinute.in(minute);
          output.accept(users.currentKey(), count.get());
          count.clear();
        });
  }

  // end::close-window

  long clicksOf(String user) {
    users.setCurrentKey(user);
    return clicks.value();
  }

  @Override
  public void close() {
    subtask.close();
  }
}
