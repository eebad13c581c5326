// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import org.jspecify.annotations.Nullable;

/** Serializes values, each whole. */
final class ValuePages<V> implements Pages<V> {
  private final TypeSerializer<V> serializer;
  private @Nullable V value;

  ValuePages(TypeSerializer<V> serializer) {
    this.serializer = serializer;
  }

  @Override
  public void begin(V stored) {
    value = stored;
  }

  @Override
  public boolean hasNext() {
    return value != null;
  }

  @Override
  public void write(BinaryOutput out) {
    serializer.serialize(requireNonNull(value, "the value was written"), out);
    value = null;
  }
}
