// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import org.jspecify.annotations.Nullable;

/** Serializes values, each whole. */
final class ValuePages<V> implements Pages<V> {
  private final TypeSerializer<V> serializer;
  private @Nullable EntryWalk<?, ?, V> unwritten;

  ValuePages(TypeSerializer<V> serializer) {
    this.serializer = serializer;
  }

  /** Makes them for the values of a table. */
  record Factory<V>(TypeSerializer<V> serializer) implements FrozenTable.PagesFactory<V> {
    @Override
    public Pages<V> create() {
      return new ValuePages<>(serializer);
    }

    @Override
    public Factory<V> duplicate() {
      TypeSerializer<V> own = serializer.duplicate();
      return own == serializer ? this : new Factory<>(own);
    }
  }

  @Override
  public void begin(EntryWalk<?, ?, V> walk) {
    unwritten = walk;
  }

  @Override
  public boolean hasNext() {
    return unwritten != null;
  }

  @Override
  public void write(BinaryOutput out) {
    requireNonNull(unwritten, "the value was written").writeValue(serializer, out);
    unwritten = null;
  }
}
