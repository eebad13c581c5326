// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.MapTable;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.spi.NativeSnapshots;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** An engine whose images are counted, and which can fail to take one. */
record TroubledBackend(StateBackend backend, Images images) implements StateBackend {

  /** The images of an engine. Thread-safe. */
  static final class Images {
    private final AtomicInteger openCount = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Lets the next image fail. */
    void failNext(Throwable thrown) {
      failure.set(thrown);
    }

    /** Returns how many were taken and not closed. */
    int openCount() {
      return openCount.get();
    }
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public <K> KeyedStore<K> open(StoreSpec<K> spec) {
    return new Store<>(backend.open(spec), images);
  }

  @Override
  public MemoryUse memoryUse() {
    return backend.memoryUse();
  }

  @Override
  public void close() {
    backend.close();
  }

  private record Store<K>(KeyedStore<K> store, Images images) implements KeyedStore<K> {
    @Override
    public <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> spec) {
      return store.valueTable(spec);
    }

    @Override
    public <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> spec) {
      return store.listTable(spec);
    }

    @Override
    public <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> spec) {
      return store.mapTable(spec);
    }

    @Override
    public FrozenStore freeze() {
      Throwable thrown = images.failure.getAndSet(null);
      if (thrown != null) {
        TroubledStorage.throwIt(thrown);
      }
      FrozenStore image = store.freeze();
      images.openCount.incrementAndGet();
      return new Image(image, images, new AtomicBoolean());
    }

    @Override
    public boolean drop(String table) {
      return store.drop(table);
    }

    @Override
    public Optional<NativeSnapshots> nativeSnapshots() {
      return store.nativeSnapshots().map(Natives::new);
    }

    @Override
    public void close() {
      store.close();
    }
  }

  private record Image(FrozenStore image, Images images, AtomicBoolean isClosed)
      implements FrozenStore {
    @Override
    public EntryCursor entries(String table, int keyGroup) {
      return image.entries(table, keyGroup);
    }

    @Override
    public void close() {
      if (isClosed.compareAndSet(false, true)) {
        images.openCount.decrementAndGet();
      }
      image.close();
    }
  }

  private record Natives(NativeSnapshots engine) implements NativeSnapshots {
    @Override
    public String format() {
      return engine.format();
    }

    @Override
    public byte[] write(long checkpointId, FrozenStore frozen, NativeFiles files) {
      return engine.write(checkpointId, ((Image) frozen).image(), files);
    }

    @Override
    public void settled(long checkpointId, boolean completed) {
      engine.settled(checkpointId, completed);
    }

    @Override
    public void forgetFiles() {
      engine.forgetFiles();
    }

    @Override
    public Set<String> restore(List<Snapshot> snapshots) {
      return engine.restore(snapshots);
    }
  }
}
