// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One value of a state in a checkpoint: the value of a key, an element of a list, an entry of a
 * map, or a timer. What a part of it is not there for, is {@code null}.
 *
 * @param state which state it is part of
 * @param subtask the index of the subtask that wrote it
 * @param keyGroup the key group, or {@link #NO_KEY_GROUP} in operator state
 * @param key the key, or {@code null} in operator state
 * @param namespace the namespace, or {@code null} if the state has none
 * @param userKey the key inside the map, or {@code null} if the state is no map
 * @param index the place in the list from 0, or {@link #NO_INDEX} if the state is no list
 * @param value the value, element or accumulator; of a timer, its timestamp
 * @param usedMillis when it was last used, by the clock of its state, or {@code null} if the state
 *     has no time to live
 * @param sizeBytes how many bytes it takes: of a list or map, the key counts with its first element
 *     or entry only
 */
public record StateEntry(
    StoredState state,
    int subtask,
    int keyGroup,
    @Nullable Object key,
    @Nullable Object namespace,
    @Nullable Object userKey,
    long index,
    Object value,
    @Nullable Long usedMillis,
    int sizeBytes) {

  /** The key group of operator state. */
  public static final int NO_KEY_GROUP = -1;

  /** The index of what is not in a list. */
  public static final long NO_INDEX = -1;

  /** Checks that what is always known is there. */
  public StateEntry {
    requireNonNull(state, "state");
    requireNonNull(value, "value");
  }
}
