// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryKeyFormat;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The tables of one subtask, in a database of their own. */
final class RocksDbKeyedStore<K> implements KeyedStore<K> {
  private final TypeSerializer<K> keySerializer;
  private final Settings settings;
  private final Path directory;
  private final Consumer<RocksDbKeyedStore<?>> onClose;
  private final Database database;
  private final EntryCache cache;
  private final Set<String> declared = new HashSet<>();
  private final Map<String, ListSizes> listSizes = new HashMap<>();
  private long nextLink;
  private boolean isSnapshotNatively;

  RocksDbKeyedStore(
      StoreSpec<K> spec,
      Settings settings,
      NativeBudget nativeBudget,
      CacheBudget cacheBudget,
      Path directory,
      Consumer<RocksDbKeyedStore<?>> onClose) {
    this.keySerializer = spec.keySerializer();
    this.settings = settings;
    this.directory = directory;
    this.onClose = onClose;
    String name = spec.operatorId() + "-" + spec.subtask();
    DatabaseOptions options = new DatabaseOptions(nativeBudget, settings.tuning());
    this.database = Database.open(name, directory.resolve("db"), options, List.of());
    this.cache = new EntryCache(cacheBudget, this::columnOfId, database::write);
  }

  private Column columnOfId(int id) {
    return database.columnOfId(id);
  }

  @Override
  public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> spec) {
    return new RocksDbValueTable<>(
        declare(TableFormat.of(keySerializer, spec)), keys(spec), spec.valueSerializer());
  }

  @Override
  public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> spec) {
    ListSizes sizes =
        listSizes.computeIfAbsent(
            spec.name(), name -> new ListSizes(settings.limits().valueBytesMax()));
    return new RocksDbListTable<>(
        declare(TableFormat.of(keySerializer, spec)), keys(spec), spec.elementSerializer(), sizes);
  }

  @Override
  public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> spec) {
    return new RocksDbMapTable<>(
        declare(TableFormat.of(keySerializer, spec)),
        keys(spec),
        spec.userKeySerializer(),
        spec.valueSerializer());
  }

  private <N> EntryKeyFormat<N> keys(TableSpec<N> spec) {
    return new EntryKeyFormat<>(keySerializer, spec.namespaceSerializer());
  }

  private StoredEntries declare(TableFormat format) {
    database.checkOpen();
    if (!declared.add(format.name())) {
      throw new IllegalStateException(
          "table exists already: table=" + format.name() + ", store=" + database.name());
    }
    Column column = database.column(format.name());
    if (column == null) {
      column = database.createColumn(format);
    } else if (!column.format().equals(format)) {
      throw new IncompatibleStateException(
          "state was restored with other lengths than it is declared with: restored=%s, declared=%s"
              .formatted(column.format(), format));
    }
    return new StoredEntries(database, cache, column, settings.limits());
  }

  @Override
  public FrozenStore freeze() {
    database.checkOpen();
    cache.flush();
    Map<String, RocksDbFrozenStore.FrozenTable> tables = new HashMap<>();
    database
        .columns()
        .forEach(
            (name, column) ->
                tables.put(name, new RocksDbFrozenStore.FrozenTable(column, listBytesMax(name))));
    return new RocksDbFrozenStore(database, database.takeSnapshot(), tables, linkPoint());
  }

  private long listBytesMax(String table) {
    ListSizes sizes = listSizes.get(table);
    return sizes == null ? 0 : sizes.bound();
  }

  private @Nullable LinkPoint linkPoint() {
    return isSnapshotNatively ? database.linkPoint(directory.resolve("link-" + nextLink++)) : null;
  }

  @Override
  public void close() {
    try {
      database.close();
    } finally {
      cache.close();
      onClose.accept(this);
    }
    WorkDirectory.delete(directory);
  }
}
