// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import org.jspecify.annotations.Nullable;

/** Serializes lists element by element. */
final class ListPages<E> implements Pages<Object> {
  private final StoredLists<E> lists;
  private final TypeSerializer<E> serializer;
  private @Nullable ElementWalk<E> walk;

  ListPages(StoredLists<E> lists, TypeSerializer<E> serializer) {
    this.lists = lists;
    this.serializer = serializer;
  }

  /** Makes them for the lists of a table. */
  record Factory<E>(StoredLists<E> lists, TypeSerializer<E> serializer)
      implements FrozenTable.PagesFactory<Object> {
    @Override
    public Pages<Object> create() {
      return new ListPages<>(lists, serializer);
    }

    @Override
    public Factory<E> duplicate() {
      TypeSerializer<E> own = serializer.duplicate();
      return own == serializer ? this : new Factory<>(lists, own);
    }
  }

  @Override
  public void begin(EntryWalk<?, ?, Object> walkOverLists) {
    walk = lists.walk(walkOverLists.value());
  }

  @Override
  public boolean hasNext() {
    return walk != null && walk.hasNext();
  }

  @Override
  public void write(BinaryOutput out) {
    ElementWalk<E> current = requireNonNull(walk, "no list was begun");
    int start = out.position();
    while (current.hasNext() && out.position() - start < EntryCursor.PAGE_SIZE_BYTES) {
      Field.write(serializer, current.next(), out);
    }
  }
}
