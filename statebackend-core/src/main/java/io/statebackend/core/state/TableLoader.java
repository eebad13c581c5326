// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateIoException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.Table;
import io.statebackend.core.snapshot.StateMeta;
import io.statebackend.core.timers.TimerTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Creates the tables of a store and fills them from the restored snapshots. Owned by the subtask's
 * thread.
 *
 * <p>What cannot be read now may be read at the next try, as after an interrupt or an I/O error. A
 * table whose loading has failed is dropped for that; where the engine cannot, it is emptied and
 * kept.
 *
 * @param <K> the type of the keys
 */
final class TableLoader<K> {

  /** A table that is empty since its loading has failed. */
  private record EmptyTable(StateMeta meta, Object table) {}

  /** How a table of some sort is filled and emptied. */
  private interface Filling<T> {

    void load(T table, int keyGroup, EntrySource entries);

    void empty(T table);
  }

  private final StoreSpec<K> spec;
  private final KeyedStore<K> store;
  private final StateRegistry registry;
  private final Map<String, EmptyTable> emptied = new HashMap<>();
  private boolean isIntact = true;

  TableLoader(StoreSpec<K> spec, KeyedStore<K> store, StateRegistry registry) {
    this.spec = spec;
    this.store = store;
    this.registry = registry;
  }

  /** Tells whether no table is filled by half, so that the store can go on being used. */
  boolean isIntact() {
    return isIntact;
  }

  /**
   * Creates a table and fills it.
   *
   * @param types what the state is
   * @param create creates the table
   * @return the table
   * @throws StateIoException if what was restored cannot be read; if {@link #isIntact} then, the
   *     table can be loaded again
   */
  <T extends Table<K, ?>> T load(DeclaredTypes types, Supplier<T> create) {
    return load(
        types,
        create,
        new Filling<>() {
          @Override
          public void load(T table, int keyGroup, EntrySource entries) {
            table.load(keyGroup, entries);
          }

          @Override
          public void empty(T table) {
            Table<K, ?> any = table;
            TableLoader.this.empty(types.name(), types.namespace(), any);
          }
        });
  }

  /** Creates the table of timers and fills it; otherwise as {@link #load}. */
  TimerTable<K> loadTimers(DeclaredTypes types) {
    return load(
        types,
        () -> {
          TimerTable<K> created = new TimerTable<>(spec, store, types.name());
          if (registry.isInEngine(types.name())) {
            try (FrozenStore image = store.freeze(FreezePurpose.READ)) {
              created.findBuckets(image, types.name());
            }
          }
          return created;
        },
        new Filling<>() {
          @Override
          public void load(TimerTable<K> table, int keyGroup, EntrySource entries) {
            table.load(keyGroup, entries);
          }

          @Override
          public void empty(TimerTable<K> table) {
            table.clear();
          }
        });
  }

  private <T> T load(DeclaredTypes types, Supplier<T> create, Filling<T> filling) {
    List<RestoredState> restored = registry.restored(types.name());
    for (RestoredState part : restored) {
      part.check(types);
    }
    isIntact = false;
    Optional<RestoredState> inEngine = restoredInEngine(types, restored);
    T table =
        inEngine.isPresent() && inEngine.get().needsMigration(types)
            ? rewritten(inEngine.get(), types, create, filling)
            : created(types, create);
    try {
      for (RestoredState part : restored) {
        load(table, part, types, filling);
      }
    } catch (StateIoException e) {
      empty(types, table, filling, e);
      throw e;
    }
    isIntact = true;
    return table;
  }

  @SuppressWarnings("unchecked") // a table kept for a state of the same meta is of the same kind
  private <T> T created(DeclaredTypes types, Supplier<T> create) {
    EmptyTable kept = emptied.get(types.name());
    if (kept == null) {
      try {
        return create.get();
      } catch (StateIoException e) {
        isIntact = true; // There is no table then, and the next try creates it.
        throw e;
      }
    }
    if (!kept.meta().equals(types.meta())) {
      isIntact = true;
      throw new IllegalStateException(
          ("state '%s' of operator '%s' is declared otherwise than when its loading failed:"
                  + " first=%s, now=%s; declare it the same way again, or open the subtask again")
              .formatted(types.name(), spec.operatorId(), kept.meta(), types.meta()));
    }
    emptied.remove(types.name());
    return (T) kept.table();
  }

  /** Returns a part of which the engine has restored the entries; all these have the same form. */
  private Optional<RestoredState> restoredInEngine(
      DeclaredTypes types, List<RestoredState> restored) {
    if (!registry.isInEngine(types.name())) {
      return Optional.empty();
    }
    return restored.stream()
        .filter(part -> registry.snapshots().isNative(part.snapshot()))
        .findFirst();
  }

  /** Creates a table and loads into it, migrated, what the engine has restored under its name. */
  private <T> T rewritten(
      RestoredState state, DeclaredTypes types, Supplier<T> create, Filling<T> filling) {
    try (FrozenStore image = store.freeze(FreezePurpose.READ)) {
      if (!store.drop(types.name())) {
        throw new IllegalStateException(
            "an engine with snapshots of its own has to be able to drop tables: table="
                + types.name());
      }
      T created = create.get();
      for (int keyGroup = spec.keyGroups().first();
          keyGroup <= spec.keyGroups().last();
          keyGroup++) {
        try (EntryCursor entries = image.entries(types.name(), keyGroup)) {
          filling.load(
              created,
              keyGroup,
              state.migrated(new CursorEntrySource(entries), types.userKey(), types.value()));
        }
      }
      return created;
    }
  }

  private <T> void load(T table, RestoredState part, DeclaredTypes types, Filling<T> filling) {
    KeyGroupRange stored = part.snapshot().header().keyGroups();
    int last = Math.min(stored.last(), spec.keyGroups().last());
    for (int keyGroup = Math.max(stored.first(), spec.keyGroups().first());
        keyGroup <= last;
        keyGroup++) {
      if (part.snapshot().entryCount(part.index(), keyGroup) > 0) {
        try {
          filling.load(table, keyGroup, part.entries(keyGroup, types.userKey(), types.value()));
        } catch (CorruptStateException e) {
          throw part.located(e);
        }
      }
    }
  }

  /**
   * Takes out of a table what was loaded into it. Where the engine has restored a part by itself,
   * that would be lost with the rest: then the table stays as it is, and nobody may use it.
   */
  private <T> void empty(
      DeclaredTypes types, T table, Filling<T> filling, StateIoException failure) {
    if (registry.isInEngine(types.name())) {
      return;
    }
    try {
      if (!store.drop(types.name())) {
        filling.empty(table);
        emptied.put(types.name(), new EmptyTable(types.meta(), table));
      }
      isIntact = true;
    } catch (RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  @SuppressWarnings("unchecked") // the namespaces of a table are those of its declared types
  private <N> void empty(String name, TypeSerializer<?> namespaces, Table<K, N> table) {
    TypeSerializer<N> namespaceSerializer = (TypeSerializer<N>) namespaces;
    KeyContext<K> context = new KeyContext<>(spec.keySerializer(), spec.maxParallelism());
    BinaryOutput key = new BinaryOutput();
    BinaryOutput namespace = new BinaryOutput();
    try (FrozenStore image = store.freeze(FreezePurpose.READ)) {
      for (int keyGroup = spec.keyGroups().first();
          keyGroup <= spec.keyGroups().last();
          keyGroup++) {
        try (EntryCursor entries = image.entries(name, keyGroup)) {
          while (entries.next()) {
            key.reset();
            entries.writeKey(key);
            namespace.reset();
            entries.writeNamespace(namespace);
            context.set(
                spec.keySerializer().deserialize(new BinaryInput(key.toByteArray())), keyGroup);
            table.clear(
                context, namespaceSerializer.deserialize(new BinaryInput(namespace.toByteArray())));
          }
        }
      }
    }
  }
}
