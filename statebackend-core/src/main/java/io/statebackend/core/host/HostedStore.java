// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.Table;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.state.CursorEntrySource;
import io.statebackend.core.state.EntryCount;
import io.statebackend.core.state.TableWalk;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keyed state of one subtask of a host: the tables of a storage engine, with what an engine may
 * leave to the layer above it.
 *
 * <p>The host imposes keys' groups and serializers, names the tables, and takes care of
 * descriptors, checkpoints and files. Used by one thread at a time, the owner; images are read by
 * any thread.
 *
 * @param <K> the type of the keys
 */
public final class HostedStore<K> implements AutoCloseable {
  private final StoreSpec<K> spec;
  private final KeyedStore<K> store;

  private HostedStore(StoreSpec<K> spec, KeyedStore<K> store) {
    this.spec = spec;
    this.store = store;
  }

  /**
   * Opens an empty store.
   *
   * @param engine the engine, which stays the caller's
   * @param spec what the store is for
   * @param <K> the type of the keys
   * @return the store
   * @throws io.statebackend.api.StateIoException if the engine cannot create its files
   */
  public static <K> HostedStore<K> open(StateBackend engine, StoreSpec<K> spec) {
    return new HostedStore<>(spec, engine.open(spec));
  }

  /**
   * Returns what the store is for.
   *
   * @return the specification
   */
  public StoreSpec<K> spec() {
    return spec;
  }

  /**
   * Creates a cursor to use tables with. The host {@linkplain KeyContext#set(Object, int) moves it}
   * to a key and its key group, which must be one of the store's: nobody checks that.
   *
   * @return a cursor without a key
   */
  public KeyContext<K> newContext() {
    return new KeyContext<>(spec.keySerializer(), spec.maxParallelism());
  }

  /**
   * Creates a table of values.
   *
   * @param table name and serializers
   * @param <N> the type of the namespaces
   * @param <V> the type of the values
   * @return the table; empty, unless it was restored
   * @throws io.statebackend.api.IncompatibleStateException if a table of another form was restored
   *     under the name
   */
  public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> table) {
    return store.valueTable(table);
  }

  /**
   * Creates a table of lists; otherwise as {@link #valueTable}.
   *
   * @param table name and serializers
   * @param <N> the type of the namespaces
   * @param <E> the type of the elements
   * @return the table; empty, unless it was restored
   */
  public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> table) {
    return store.listTable(table);
  }

  /**
   * Creates a table of maps; otherwise as {@link #valueTable}.
   *
   * @param table name and serializers
   * @param <N> the type of the namespaces
   * @param <U> the type of the user keys
   * @param <V> the type of the values
   * @return the table; empty, unless it was restored
   */
  public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> table) {
    return store.mapTable(table);
  }

  /**
   * Drops a table with all that is in it, created or restored. Images taken before still have it;
   * its name is free.
   *
   * @param table its name
   * @throws UnsupportedOperationException if the engine cannot drop tables
   */
  public void drop(String table) {
    if (!store.drop(table)) {
      throw new UnsupportedOperationException(
          "the engine cannot drop tables: table=%s, operatorId=%s; use one that can"
              .formatted(table, spec.operatorId()));
    }
  }

  /**
   * Makes a table anew of what is in it, as when the form of its entries changes.
   *
   * @param table its name
   * @param create creates the new table, of the same name, after the old one was dropped
   * @param rewriting writes each entry in the new form
   * @param <T> the kind of the table
   * @return the new table, filled
   */
  public <T extends Table<K, ?>> T rewrite(
      String table, Supplier<T> create, EntryRewriting rewriting) {
    try (FrozenStore image = freeze(FreezePurpose.READ)) {
      drop(table);
      T created = create.get();
      for (int keyGroup = spec.keyGroups().first();
          keyGroup <= spec.keyGroups().last();
          keyGroup++) {
        try (EntryCursor entries = image.entries(table, keyGroup)) {
          created.load(keyGroup, new CursorEntrySource(new RewrittenEntries(entries, rewriting)));
        }
      }
      return created;
    }
  }

  /**
   * Walks over the entries of a table as {@link Table#walk} promises, through all key groups; over
   * an image if the engine has no walk of its own.
   *
   * @param name the name of the table
   * @param table the table
   * @return the walk before the first entry; the caller closes it
   */
  public Walk walk(String name, Table<K, ?> table) {
    TableWalk walk =
        new TableWalk(store, table, name, spec.keyGroups().first(), spec.keyGroups().last());
    return new Walk(walk);
  }

  /**
   * Counts the pairs of key and namespace that something is stored under; in an image if the engine
   * keeps no count.
   *
   * @param name the name of the table
   * @param table the table
   * @return the number
   */
  public long entryCount(String name, Table<K, ?> table) {
    long counted = table.entryCount();
    return counted == KeyedStore.NOT_COUNTED
        ? EntryCount.inImage(store, name, spec.keyGroups())
        : counted;
  }

  /**
   * Takes an image of all tables, cheaply.
   *
   * @param purpose what the image is for
   * @return the image; the caller closes it
   */
  public FrozenStore freeze(FreezePurpose purpose) {
    return store.freeze(purpose);
  }

  /**
   * Returns the engine's own snapshots, for files that are found by handles of some type. Asked for
   * once.
   *
   * @param <H> what the host finds files by
   * @return the snapshots, or {@code null} if the engine has none
   */
  public <H> @Nullable HostSnapshots<H> nativeSnapshots() {
    NativeSnapshots snapshots = store.nativeSnapshots().orElse(null);
    return snapshots == null ? null : new HostSnapshots<>(snapshots, spec.keyGroups());
  }

  /** Closes the store with all that it holds. Closing twice does nothing. */
  @Override
  public void close() {
    store.close();
  }

  /** A walk over the entries of a table that may change meanwhile. Used by the owner. */
  public static final class Walk implements AutoCloseable {
    private final TableWalk walk;

    private Walk(TableWalk walk) {
      this.walk = requireNonNull(walk);
    }

    /**
     * Moves to the next entry.
     *
     * @return {@code false} if there is none
     */
    public boolean next() {
      return walk.next();
    }

    /**
     * Returns the key group of the entry.
     *
     * @return the key group
     */
    public int keyGroup() {
      return walk.keyGroup();
    }

    /**
     * Returns the entry.
     *
     * @return a cursor that stands on it; it is moved by {@link #next()} only
     */
    public EntryCursor entry() {
      return walk.entry();
    }

    @Override
    public void close() {
      walk.close();
    }
  }
}
