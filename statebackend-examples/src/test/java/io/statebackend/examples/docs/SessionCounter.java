// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ReducingStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.windows.WindowedState;
import io.statebackend.core.windows.Windows;
import java.time.Duration;
import java.util.function.BiConsumer;

/** Counts the clicks of each session. */
final class SessionCounter {
  private static final ReducingStateDescriptor<Long> CLICKS =
      ReducingStateDescriptor.of("clicks-per-session", Long::sum, Serializers.LONG);

  private final KeyedStateBackend<String> users;
  private final WindowedState<Long, Long> clicks;

  SessionCounter(KeyedStateBackend<String> users) {
    this.users = users;
    // tag::declare
    clicks = WindowedState.reducing(users, CLICKS, Windows.session(Duration.ofMinutes(30)));
    // end::declare
  }

  // tag::use
  void process(Click click) {
    users.setCurrentKey(click.user());
    clicks.add(1L, click.timeMillis());
  }

  void advanceTo(long timeMillis, BiConsumer<String, Long> output) {
    clicks.advanceTo(
        timeMillis,
        Integer.MAX_VALUE,
        (session, count) -> output.accept(users.currentKey(), count));
  }

  // end::use
}
