// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StateSerializerException;
import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.ttl.TtlAwareSerializer;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;

/** Writes values that an earlier serializer has written with the present one, as Flink does. */
final class Migration<E> {
  private final TtlAwareSerializer<E, ?> previous;
  private final TtlAwareSerializer<E, ?> current;
  private final TtlTimeProvider time;
  private final InputView input = new InputView();
  private final OutputView output = new OutputView();

  /**
   * Prepares a migration.
   *
   * @param previous what the values were written by
   * @param current what they are to be written by
   * @param time what values that have no time yet are given, if they have a time to live from now
   *     on
   */
  @SuppressWarnings("unchecked") // what is wrapped is of the same type
  Migration(TypeSerializer<E> previous, TypeSerializer<E> current, TtlTimeProvider time) {
    this.previous =
        (TtlAwareSerializer<E, ?>) TtlAwareSerializer.wrapTtlAwareSerializer(previous.duplicate());
    this.current =
        (TtlAwareSerializer<E, ?>) TtlAwareSerializer.wrapTtlAwareSerializer(current.duplicate());
    this.time = time;
  }

  /** Migrates one value. */
  void migrate(BinaryInput stored, BinaryOutput out) {
    input.of(stored);
    try {
      current.migrateValueFromPriorSerializer(
          previous, () -> previous.deserialize(input), output.to(out), time);
    } catch (IOException e) {
      throw new StateSerializerException(
          "cannot migrate a value: from=%s, to=%s, reason=%s".formatted(previous, current, e), e);
    }
  }
}
