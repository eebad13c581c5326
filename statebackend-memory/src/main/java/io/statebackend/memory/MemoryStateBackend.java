// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A storage engine that keeps state as objects and numbers on the heap.
 *
 * <p>This is the fastest engine, for state that fits in memory. It serializes only for snapshots.
 * Taking an image copies no entries. While the image is in use, what the owner changes is copied
 * first, in pieces of some kilobytes. Mutable values ({@link
 * io.statebackend.api.TypeSerializer#isImmutable()}) are copied on their way in and out.
 *
 * <p>Thread-safe. There is nothing to configure.
 */
public final class MemoryStateBackend implements StateBackend {

  /** The stores that are open. Guarded by itself. */
  private final Set<MemoryKeyedStore<?>> stores = new LinkedHashSet<>();

  /** Guarded by {@code stores}. */
  private boolean closed;

  private MemoryStateBackend() {}

  /**
   * Creates a backend.
   *
   * @return the backend, owned by the caller
   */
  public static MemoryStateBackend create() {
    return new MemoryStateBackend();
  }

  /**
   * {@inheritDoc}
   *
   * @return {@code memory}
   */
  @Override
  public String name() {
    return "memory";
  }

  /**
   * {@inheritDoc}
   *
   * <p>There is no limit. The figures include the tables themselves: numbers that are stored as
   * such, and references. They do not include the objects behind references, or copies for images.
   */
  @Override
  public MemoryUse memoryUse() {
    synchronized (stores) {
      return new MemoryUse(
          MemoryUse.NO_LIMIT, Map.of(), stores.stream().map(MemoryKeyedStore::memoryUse).toList());
    }
  }

  @Override
  public <K> KeyedStore<K> open(StoreSpec<K> spec) {
    synchronized (stores) {
      if (closed) {
        throw new StateClosedException(
            "the memory state backend is closed: operatorId=" + spec.operatorId());
      }
      MemoryKeyedStore<K> store = new MemoryKeyedStore<>(spec, this::forget);
      stores.add(store);
      return store;
    }
  }

  private void forget(MemoryKeyedStore<?> store) {
    synchronized (stores) {
      stores.remove(store);
    }
  }

  @Override
  public void close() {
    List<MemoryKeyedStore<?>> open;
    synchronized (stores) {
      closed = true;
      open = new ArrayList<>(stores);
    }
    open.forEach(MemoryKeyedStore::close);
  }
}
