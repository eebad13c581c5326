// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.Field;
import org.jspecify.annotations.Nullable;

/** Serializes maps pair by pair. */
final class MapPages<U, V> implements Pages<Object> {
  private final StoredMaps<U, V> maps;
  private final TypeSerializer<U> userKeys;
  private final TypeSerializer<V> values;
  private @Nullable MapWalk<U, V> walk;
  private final boolean isLive;
  private boolean hasNext;

  /** Makes one for maps that do not change. */
  private MapPages(StoredMaps<U, V> maps, TypeSerializer<U> userKeys, TypeSerializer<V> values) {
    this(maps, userKeys, values, false);
  }

  private MapPages(
      StoredMaps<U, V> maps, TypeSerializer<U> userKeys, TypeSerializer<V> values, boolean isLive) {
    this.maps = maps;
    this.userKeys = userKeys;
    this.values = values;
    this.isLive = isLive;
  }

  /** Makes one for maps that their owner may change between two pages. */
  static <U, V> MapPages<U, V> overLive(
      StoredMaps<U, V> maps, TypeSerializer<U> userKeys, TypeSerializer<V> values) {
    return new MapPages<>(maps, userKeys, values, true);
  }

  /** Makes them for the maps of a table. */
  record Factory<U, V>(
      StoredMaps<U, V> maps, TypeSerializer<U> userKeys, TypeSerializer<V> values, Images images)
      implements FrozenTable.PagesFactory<Object> {
    @Override
    public Pages<Object> create() {
      return new MapPages<>(maps, userKeys, values);
    }

    @Override
    public Factory<U, V> duplicate() {
      TypeSerializer<U> ownUserKeys = userKeys.duplicate();
      TypeSerializer<V> ownValues = values.duplicate();
      return ownUserKeys == userKeys && ownValues == values
          ? this
          : new Factory<>(
              new StoredMaps<>(ownUserKeys, ownValues, images), ownUserKeys, ownValues, images);
    }
  }

  @Override
  public void begin(EntryWalk<?, ?, Object> walkOverMaps) {
    Object map = walkOverMaps.value();
    // A small map is but one page, so it does not change before it is written.
    MapWalk<U, V> begun =
        isLive && !(map instanceof long[]) ? maps.walkOverLive(map) : maps.walkOverFrozen(map);
    walk = begun;
    hasNext = begun.next();
  }

  @Override
  public boolean hasNext() {
    return hasNext;
  }

  @Override
  public void write(BinaryOutput out) {
    MapWalk<U, V> current = requireNonNull(walk, "no map was begun");
    int start = out.position();
    while (hasNext && out.position() - start < EntryCursor.PAGE_SIZE_BYTES) {
      Field.write(userKeys, current.key(), out);
      Field.write(values, current.value(), out);
      hasNext = current.next();
    }
  }
}
