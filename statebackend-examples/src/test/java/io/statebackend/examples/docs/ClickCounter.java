// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;

/** The operator of the tutorial: counts the clicks of each user. */
// tag::operator
final class ClickCounter implements AutoCloseable {
  private static final ValueStateDescriptor<Long> CLICKS =
      ValueStateDescriptor.of("clicks", Serializers.LONG).withDefault(0L);

  private final Subtask subtask;
  private final KeyedStateBackend<String> users;
  private final ValueState<Long> clicks;

  ClickCounter(Subtask subtask, StateBackend backend) {
    this.subtask = subtask;
    users = subtask.keyed(backend, Serializers.STRING);
    clicks = users.value(CLICKS);
  }

  void process(Click click) {
    users.setCurrentKey(click.user());
    clicks.update(clicks.value() + 1);
  }

  long clicksOf(String user) {
    users.setCurrentKey(user);
    return clicks.value();
  }

  void snapshot(long checkpointId) {
    subtask.snapshot(checkpointId);
  }

  @Override
  public void close() {
    subtask.close();
  }
}
// end::operator
