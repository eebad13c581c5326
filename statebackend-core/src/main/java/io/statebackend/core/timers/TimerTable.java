// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.timers;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.serialization.Serializers;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All timers of one name in one subtask, as bytes. Owned by the subtask's thread.
 *
 * <p>Key groups stand in a heap by their first timer. A key group that has never had a timer takes
 * no room.
 *
 * @param <K> the type of the keys
 */
public final class TimerTable<K> {

  /** How many timers of all key groups are loaded at a time, unless there are very many groups. */
  private static final int LOADED_MAX = 128 << 10;

  private static final int DUE_MAX = 1024;
  private static final int DUE_MIN = 16;

  private final StoreSpec<K> spec;
  private final MapTable<K, Long, byte[], VoidNamespace> table;
  private final int dueMax;
  private final @Nullable KeyGroupTimers<K>[] groups;

  /** All key groups that have had timers; {@code null} until somebody asks for the first timer. */
  private @Nullable FirstTimers<K> first;

  /**
   * Creates the table.
   *
   * @param spec what the store is for
   * @param store the store that has the table
   * @param name the name of the timers
   */
  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type
  public TimerTable(StoreSpec<K> spec, KeyedStore<K> store, String name) {
    this.spec = spec;
    this.table =
        store.mapTable(
            new TableSpec.OfMaps<>(
                name, Serializers.LONG, new TimerBytes.Serializer(), VoidNamespace.serializer()));
    int groupCount = spec.keyGroups().size();
    this.dueMax = Math.min(DUE_MAX, Math.max(DUE_MIN, LOADED_MAX / groupCount));
    this.groups = new KeyGroupTimers[groupCount];
  }

  /**
   * Finds the buckets that the engine has restored. Reads where the buckets begin, but not what is
   * in them.
   *
   * @param image an image of the store
   * @param name the name of the timers
   */
  public void findBuckets(FrozenStore image, String name) {
    KeyGroupRange range = spec.keyGroups();
    BinaryOutput bytes = new BinaryOutput();
    for (int keyGroup = range.first(); keyGroup <= range.last(); keyGroup++) {
      try (EntryCursor pages = image.entries(name, keyGroup)) {
        KeyContext<K> anchor = null;
        Set<Long> starts = new LinkedHashSet<>();
        while (pages.next()) {
          if (anchor == null) {
            bytes.reset();
            pages.writeKey(bytes);
            anchor = anchor(new BinaryInput(bytes.toByteArray()), keyGroup);
          }
          bytes.reset();
          pages.writeNamespace(bytes);
          starts.add(Serializers.LONG.deserialize(new BinaryInput(bytes.toByteArray())));
        }
        if (anchor != null) {
          groups[keyGroup - range.first()] =
              new KeyGroupTimers<>(table, anchor, starts.stream().toList(), dueMax);
        }
      }
    }
    first = null;
  }

  /**
   * Adds the timers of a key group that a portable snapshot holds.
   *
   * @param keyGroup the key group
   * @param timers entries of key, namespace and timestamp
   */
  public void load(int keyGroup, EntrySource timers) {
    BinaryOutput timer = new BinaryOutput();
    while (timers.next()) {
      timer.reset();
      long timestamp = timers.value().readLong();
      BinaryInput key = timers.key();
      TimerBytes.write(
          timestamp, spec.keySerializer().fixedLength(), key, timers.namespace(), timer);
      KeyGroupTimers<K> group = group(keyGroup);
      if (group == null) {
        group = create(anchor(key, keyGroup));
      }
      group.add(timer.toByteArray());
    }
    first = null;
  }

  private KeyContext<K> anchor(BinaryInput key, int keyGroup) {
    KeyContext<K> anchor = new KeyContext<>(spec.keySerializer(), spec.maxParallelism());
    anchor.set(spec.keySerializer().deserialize(key), keyGroup);
    return anchor;
  }

  private @Nullable KeyGroupTimers<K> group(int keyGroup) {
    return groups[keyGroup - spec.keyGroups().first()];
  }

  private KeyGroupTimers<K> create(KeyContext<K> anchor) {
    KeyGroupTimers<K> group = new KeyGroupTimers<>(table, anchor, List.of(), dueMax);
    groups[anchor.keyGroup() - spec.keyGroups().first()] = group;
    if (first != null) {
      first.add(group);
    }
    return group;
  }

  /**
   * Registers a timer.
   *
   * @param key its key
   * @param timer its bytes
   */
  void add(KeyContext<K> key, byte[] timer) {
    KeyGroupTimers<K> group = group(key.keyGroup());
    if (group == null) {
      KeyContext<K> anchor = new KeyContext<>(spec.keySerializer(), spec.maxParallelism());
      anchor.set(key.key(), key.keyGroup());
      group = create(anchor);
    }
    group.add(timer);
    changed(group);
  }

  boolean contains(KeyContext<K> key, byte[] timer) {
    KeyGroupTimers<K> group = group(key.keyGroup());
    return group != null && group.contains(timer);
  }

  void remove(int keyGroup, byte[] timer) {
    KeyGroupTimers<K> group = group(keyGroup);
    if (group != null) {
      group.remove(timer);
      changed(group);
    }
  }

  /** Registers a timer of a key group that had it before. */
  void putBack(int keyGroup, byte[] timer) {
    KeyGroupTimers<K> group = requireNonNull(group(keyGroup));
    group.add(timer);
    changed(group);
  }

  private void changed(KeyGroupTimers<K> group) {
    if (first != null) {
      first.changed(group);
    }
  }

  /** Returns the key group with the first timer, or {@code null} if there are no timers. */
  @Nullable KeyGroupTimers<K> first() {
    FirstTimers<K> heap = first;
    if (heap == null) {
      heap = new FirstTimers<>(groups.length);
      for (KeyGroupTimers<K> group : groups) {
        if (group != null) {
          heap.add(group);
        }
      }
      first = heap;
    }
    return heap.first();
  }

  /** Removes all timers, after loading them has failed. */
  public void clear() {
    for (KeyGroupTimers<K> group : groups) {
      if (group != null) {
        group.clear();
      }
    }
    first = null;
  }
}
