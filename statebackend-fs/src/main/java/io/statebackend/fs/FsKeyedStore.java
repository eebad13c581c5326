// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.MemoryUse.Part;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.api.spi.WorkDirectory;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** The tables of one subtask, over one log. */
final class FsKeyedStore<K> implements KeyedStore<K> {
  private final StoreSpec<K> spec;
  private final Path storeDirectory;
  private final MemoryBudget.Account memory;
  private final Consumer<FsKeyedStore<?>> onClose;
  private final Images images;
  private final TableRegistry tables;
  private final SpillFiles files;
  private final SegmentTable segments;
  private final Log log;
  private final IndexMemory indexMemory;
  private final Warming warming;
  private final NativeRestore restore;
  private final FsSnapshots snapshots;
  private final Set<String> declared = new HashSet<>();

  private volatile boolean closed;

  /** Opens an empty store. */
  FsKeyedStore(
      StoreSpec<K> spec,
      Settings settings,
      WorkDirectory directory,
      MemoryBudget budget,
      Executor writer,
      long hashSeed,
      Consumer<FsKeyedStore<?>> onClose) {
    this.spec = spec;
    this.storeDirectory = directory.createStore();
    this.memory = budget.open();
    this.onClose = onClose;
    this.images = new Images(memory);
    this.tables = new TableRegistry(spec.keyGroups(), images, hashSeed);
    long segmentUnits = settings.segmentSizeBytes() / RecordLayout.UNIT_BYTES;
    this.files = new SpillFiles(storeDirectory, segmentUnits);
    this.segments = new SegmentTable(segmentUnits);
    Residency residency = new Residency(memory, segments, files, writer);
    memory.lendBy(residency);
    String owner = "operator=%s, subtask=%d".formatted(spec.operatorId(), spec.subtask());
    this.log = new Log(owner, settings, memory, images, segments, residency, tables);
    this.indexMemory = new LogIndexMemory(log, images);
    this.warming = new Warming(log, settings.memoryBudgetBytes());
    this.restore = new NativeRestore(spec.keyGroups(), log, tables, indexMemory);
    this.snapshots = new FsSnapshots(memory, log, residency, files, restore);
    reserveForSnapshots(FsSnapshots.reservedBytes(log.largestSegmentBytes()));
  }

  /** Reserves what a snapshot is going to need, so that none fails for want of memory. */
  private void reserveForSnapshots(long bytes) {
    while (!memory.tryReserve(Part.IMAGES, bytes)) {
      if (!memory.takeBeyondFloor()) {
        StateIoException failure =
            new StateIoException(
                "no memory for one more store: operator=%s, subtask=%d, needed for snapshots=%d bytes, available=%d bytes, memoryBudgetBytes=%d; raise memoryBudgetBytes, or open fewer stores"
                    .formatted(
                        spec.operatorId(),
                        spec.subtask(),
                        bytes,
                        memory.availableBytes(),
                        memory.totalBytes()));
        memory.close();
        WorkDirectory.delete(storeDirectory);
        throw failure;
      }
    }
  }

  /** Returns what the store uses. May be called by any thread. */
  MemoryUse.OfStore memoryUse() {
    return new MemoryUse.OfStore(spec.operatorId(), spec.subtask(), memory.parts());
  }

  /** Charges the index to the store, whose log gives way. */
  private record LogIndexMemory(Log log, Images images) implements IndexMemory {
    @Override
    public void charge(long bytes) {
      log.charge(bytes);
    }

    @Override
    public void giveUp(long madeIn, long bytes) {
      images.giveUp(madeIn, bytes);
    }
  }

  @Override
  public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> table) {
    TableFormat format = TableFormat.of(spec.keySerializer(), table);
    return new FsValueTable<>(declare(format, table), table.valueSerializer(), warming);
  }

  @Override
  public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> table) {
    TableFormat format = TableFormat.of(spec.keySerializer(), table);
    return new FsListTable<>(declare(format, table), table.elementSerializer());
  }

  @Override
  public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> table) {
    TableFormat format = TableFormat.of(spec.keySerializer(), table);
    return new FsMapTable<>(
        declare(format, table), table.userKeySerializer(), table.valueSerializer());
  }

  private <N> FsTable<K, N> declare(TableFormat format, TableSpec<N> table) {
    checkOpen();
    if (!declared.add(format.name())) {
      throw new IllegalStateException(
          "table exists already: table=" + format.name() + ", operatorId=" + spec.operatorId());
    }
    TableRecords records = tables.get(format.name());
    if (records == null) {
      records = tables.add(format, log, indexMemory);
    } else if (!records.format().equals(format)) {
      throw new IncompatibleStateException(
          "state was restored with other lengths than it is declared with: restored=%s, declared=%s"
              .formatted(records.format(), format));
    }
    // Loads the classes of an image, so that the first one is taken as quickly as all others.
    freeze().close();
    return new FsTable<>(records, log, tables, spec.keySerializer(), table.namespaceSerializer());
  }

  @Override
  public boolean drop(String table) {
    checkOpen();
    restore.drop(table);
    declared.remove(table);
    return true;
  }

  @Override
  public FrozenStore freeze() {
    checkOpen();
    FsFrozenStore image =
        new FsFrozenStore(
            images, spec.keyGroups(), tables, segments, log.freeze(), log.largestSegmentBytes());
    images.add(image);
    return image;
  }

  @Override
  public Optional<NativeSnapshots> nativeSnapshots() {
    return Optional.of(snapshots);
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException(
          "the store is closed: operatorId=" + spec.operatorId() + ", subtask=" + spec.subtask());
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try (memory;
          files;
          snapshots;
          log) {
        images.close();
        tables.close();
      } finally {
        onClose.accept(this);
      }
      WorkDirectory.delete(storeDirectory);
    }
  }
}
