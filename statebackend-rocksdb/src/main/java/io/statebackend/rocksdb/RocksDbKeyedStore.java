// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.api.spi.WorkDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tables of one subtask, in a database of their own. It is opened on first use, because
 * restoring creates it from files. Its directory contains
 *
 * <pre>
 * db/        the database
 * link-n/    files linked for an image
 * part-n/    the database of a snapshot that is being restored
 * </pre>
 */
final class RocksDbKeyedStore<K> implements KeyedStore<K> {
  private final StoreSpec<K> spec;
  private final String name;
  private final Parts parts;
  private final Path directory;
  private final Consumer<RocksDbKeyedStore<?>> onClose;
  private final RocksDbSnapshots snapshots;
  private final Set<String> declared = new HashSet<>();
  private final Map<String, ListSizes> listSizes = new HashMap<>();
  private long nextLink;

  /** Null until it is needed. Changed while this is held; read by figures without waiting. */
  private volatile @Nullable Opened opened;

  /** Guarded by this. */
  private boolean closed;

  /** Held while the store is closed: who closes it too waits until all of it is freed. */
  private final Object closing = new Object();

  /** What the stores of a backend share. */
  record Parts(
      Settings settings, NativeBudget nativeBudget, CacheBudget cacheBudget, Transfers transfers) {}

  /** The database with the cache in front of it. */
  private record Opened(Database database, EntryCache cache) {}

  /**
   * Makes an empty store.
   *
   * @param directory its directory, which is empty
   */
  RocksDbKeyedStore(
      StoreSpec<K> spec, Parts parts, Path directory, Consumer<RocksDbKeyedStore<?>> onClose) {
    this.spec = spec;
    this.name = spec.operatorId() + "-" + spec.subtask();
    this.parts = parts;
    this.directory = directory;
    this.onClose = onClose;
    this.snapshots = new RocksDbSnapshots(parts.transfers(), new StoreRestorer());
  }

  private synchronized Opened opened() {
    if (closed) {
      throw closedException();
    }
    Opened open = opened;
    if (open == null) {
      open = newOpened(openDatabase(databaseDirectory(), List.of()));
      opened = open;
    }
    return open;
  }

  /** Returns what the store uses beside what stores share. May be called by any thread. */
  MemoryUse.OfStore memoryUse() {
    Opened open = opened;
    return new MemoryUse.OfStore(
        spec.operatorId(),
        spec.subtask(),
        open == null ? Map.of() : Map.of(MemoryUse.Part.CACHE, open.cache().usedBytes()));
  }

  private StateClosedException closedException() {
    return new StateClosedException("the store is closed: " + name);
  }

  private Path databaseDirectory() {
    return directory.resolve("db");
  }

  private Database openDatabase(Path where, List<Column.Place> tables) {
    DatabaseOptions options = new DatabaseOptions(parts.nativeBudget(), parts.settings().tuning());
    return Database.open(name, where, options, tables, parts.settings().familiesPerStoreMax());
  }

  private Opened newOpened(Database database) {
    return new Opened(
        database, new EntryCache(parts.cacheBudget(), database::columnOfId, database));
  }

  @Override
  public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> table) {
    StoredEntries entries = declare(TableFormat.of(spec.keySerializer(), table));
    return new RocksDbValueTable<>(entries, keys(entries, table), table.valueSerializer());
  }

  @Override
  public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> table) {
    StoredEntries entries = declare(TableFormat.of(spec.keySerializer(), table));
    return new RocksDbListTable<>(
        entries,
        keys(entries, table),
        table.elementSerializer(),
        listSizes.computeIfAbsent(table.name(), this::newListSizes));
  }

  private ListSizes newListSizes(String table) {
    return new ListSizes(parts.settings().limits().valueBytesMax());
  }

  @Override
  public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> table) {
    StoredEntries entries = declare(TableFormat.of(spec.keySerializer(), table));
    Opened open = opened();
    return new RocksDbMapTable<>(
        entries,
        new MapEntries(open.database(), open.cache(), entries),
        keys(entries, table),
        table.userKeySerializer(),
        table.valueSerializer());
  }

  private static <N> EntryKeys<N> keys(StoredEntries entries, TableSpec<N> table) {
    return new EntryKeys<>(entries.column(), table.namespaceSerializer());
  }

  private StoredEntries declare(TableFormat format) {
    Opened open = opened();
    open.database().checkOpen();
    if (declared.contains(format.name())) {
      throw new IllegalStateException(
          "table exists already: table=" + format.name() + ", store=" + name);
    }
    Column column = open.database().column(format.name());
    if (column == null) {
      column = open.database().createColumn(format);
    } else if (!column.format().equals(format)) {
      throw new IncompatibleStateException(
          "state was restored with other lengths than it is declared with: restored=%s, declared=%s"
              .formatted(column.format(), format));
    }
    declared.add(format.name());
    return new StoredEntries(open.database(), open.cache(), column, parts.settings().limits());
  }

  @Override
  public boolean drop(String table) {
    Opened open = opened();
    open.database().checkOpen();
    Column column = open.database().column(table);
    if (column != null) {
      open.cache().forgetPrefix(column.id(), new byte[0], 0);
      open.database().dropColumn(table, spec.keyGroups());
      listSizes.remove(table);
      declared.remove(table);
    }
    return true;
  }

  @Override
  public FrozenStore freeze() {
    return freeze(FreezePurpose.SNAPSHOT);
  }

  /**
   * {@inheritDoc} No files are linked for an image that is only to be read, which would write out
   * what RocksDB has in memory.
   */
  @Override
  public FrozenStore freeze(FreezePurpose purpose) {
    boolean withLinks = purpose == FreezePurpose.SNAPSHOT;
    Opened open = opened();
    open.database().checkOpen();
    Map<String, RocksDbFrozenStore.FrozenTable> tables = new HashMap<>();
    open.database()
        .columns()
        .forEach(
            column -> {
              String table = column.format().name();
              tables.put(table, new RocksDbFrozenStore.FrozenTable(column, listBytesMax(table)));
            });
    return new RocksDbFrozenStore(open.database(), imagePoint(open, withLinks), tables);
  }

  private ImagePoint imagePoint(Opened open, boolean withLinks) {
    Database database = open.database();
    database.recover();
    ImagePoint same = open.cache().isClean() ? database.holdLastPoint(withLinks) : null;
    if (same != null) {
      return same;
    }
    database.settle();
    SealedWrites writes = new SealedWrites(database::writeSealed);
    try {
      open.cache().seal(writes);
    } catch (RuntimeException e) {
      // What was sealed before the error has to be written all the same.
      database.imagePoint(writes, null).release();
      throw e;
    }
    return database.imagePoint(writes, withLinks ? directory.resolve("link-" + nextLink++) : null);
  }

  private long listBytesMax(String table) {
    ListSizes sizes = listSizes.get(table);
    return sizes == null ? 0 : sizes.bound();
  }

  @Override
  public Optional<NativeSnapshots> nativeSnapshots() {
    return Optional.of(snapshots);
  }

  private final class StoreRestorer implements RocksDbSnapshots.Restorer {
    @Override
    public List<SnapshotManifest.StoredFile> restore(List<NativeSnapshots.Snapshot> stored) {
      return parts.nativeBudget().using(() -> restoreWithin(stored));
    }

    private List<SnapshotManifest.StoredFile> restoreWithin(List<NativeSnapshots.Snapshot> stored) {
      NativeRestore restore =
          new NativeRestore(
              spec.keyGroups(), directory, parts.transfers(), RocksDbKeyedStore.this::openDatabase);
      adopt(restore.restore(stored, databaseDirectory()));
      restore
          .listBytesMax()
          .forEach(
              (table, bytes) ->
                  listSizes
                      .computeIfAbsent(table, RocksDbKeyedStore.this::newListSizes)
                      .restore(bytes));
      return restore.commonFiles();
    }

    @Override
    public Set<String> tableNames() {
      return opened().database().columns().stream()
          .map(column -> column.format().name())
          .collect(Collectors.toUnmodifiableSet());
    }
  }

  private synchronized void adopt(Database restored) {
    if (closed || opened != null) {
      restored.close();
      throw closed
          ? closedException()
          : new IllegalStateException("restored into a store that is in use: store=" + name);
    }
    opened = newOpened(restored);
  }

  @Override
  public void close() {
    synchronized (closing) {
      Opened open;
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
        open = opened;
      }
      free(open);
    }
  }

  private void free(@Nullable Opened open) {
    List<Runnable> closes = new ArrayList<>();
    if (open != null) {
      closes.addAll(List.of(open.database()::close, open.cache()::close));
    }
    closes.add(() -> onClose.accept(this));
    Closing.all(closes);
    WorkDirectory.delete(directory);
  }
}
