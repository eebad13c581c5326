// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import org.jspecify.annotations.Nullable;

/** Serializes lists element by element. */
final class ListPages<E> implements Pages<StoredList<E>> {
  private final TypeSerializer<E> serializer;
  private @Nullable StoredList<E> list;
  private int next;

  ListPages(TypeSerializer<E> serializer) {
    this.serializer = serializer;
  }

  @Override
  public void begin(EntryWalk<?, ?, StoredList<E>> walk) {
    list = walk.value();
    next = 0;
  }

  @Override
  public boolean hasNext() {
    return list != null && next < list.size();
  }

  @Override
  public void write(BinaryOutput out) {
    StoredList<E> current = requireNonNull(list, "no list was begun");
    int start = out.position();
    while (next < current.size() && out.position() - start < EntryCursor.PAGE_SIZE_BYTES) {
      Field.write(serializer, current.get(next), out);
      next++;
    }
  }
}
