// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.MemoryUse;
import io.statebackend.api.spi.Once;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.WorkDirectory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A storage engine over RocksDB, for state larger than memory: a log-structured merge tree in
 * native code, with a write-back cache of hot entries on the heap.
 *
 * <p>Each store is a database of its own in the working directory, each state a column family of
 * it. There is no write-ahead log, because state comes back only from checkpoints. The memory of
 * all stores of a backend together, native and cache, stays within one budget.
 *
 * <p>Thread-safe; each store has one owner. The working directory belongs to the backend alone, and
 * nothing in it outlives the backend.
 */
public final class RocksDbStateBackend implements StateBackend {
  private final WorkDirectory directory;
  private final NativeBudget nativeBudget;
  private final CacheBudget cacheBudget;
  private final long memoryLimitBytes;
  private final Transfers transfers;
  private final RocksDbKeyedStore.Parts parts;

  /** The stores that are open, in the order in which they were. Guarded by itself. */
  private final Set<RocksDbKeyedStore<?>> stores = new LinkedHashSet<>();

  /** Guarded by {@code stores}. */
  private boolean closed;

  private RocksDbStateBackend(Settings settings, WorkDirectory directory) {
    this.directory = directory;
    this.nativeBudget = new NativeBudget(settings.nativeBytes());
    this.cacheBudget = new CacheBudget(settings.cacheBytes());
    this.memoryLimitBytes = settings.nativeBytes() + settings.cacheBytes();
    this.transfers = new Transfers(settings.transferThreads());
    this.parts = new RocksDbKeyedStore.Parts(settings, nativeBudget, cacheBudget, transfers);
  }

  /**
   * Begins the settings of a backend.
   *
   * @param directory the working directory, created if necessary; it must be on a local file system
   *     and belong to this backend alone
   * @return a builder with default settings
   */
  public static Builder builder(Path directory) {
    return new Builder(requireNonNull(directory, "directory"));
  }

  /** Opens a backend with settings that no user would choose, for tests. */
  static RocksDbStateBackend open(Path directory, Settings settings) {
    WorkDirectory work = WorkDirectory.open(directory);
    try {
      return new RocksDbStateBackend(settings, work);
    } catch (RuntimeException | UnsatisfiedLinkError e) {
      work.close();
      throw e;
    }
  }

  /**
   * {@inheritDoc}
   *
   * @return {@code rocksdb}
   */
  @Override
  public String name() {
    return "rocksdb";
  }

  @Override
  public <K> KeyedStore<K> open(StoreSpec<K> spec) {
    synchronized (stores) {
      if (closed) {
        throw new StateClosedException(
            "the rocksdb state backend is closed: operatorId=" + spec.operatorId());
      }
      RocksDbKeyedStore<K> store =
          new RocksDbKeyedStore<>(spec, parts, directory.createStore(), this::forget);
      stores.add(store);
      return store;
    }
  }

  private void forget(RocksDbKeyedStore<?> store) {
    synchronized (stores) {
      stores.remove(store);
    }
  }

  /**
   * {@inheritDoc}
   *
   * <p>Stores share the native memory: blocks, their indexes and filters, and write buffers. Each
   * store has a cache of its own on the heap. The figures do not include what a snapshot takes
   * while it is written.
   */
  @Override
  public MemoryUse memoryUse() {
    long nativeBytes = nativeBudget.usedBytes();
    List<RocksDbKeyedStore<?>> open;
    synchronized (stores) {
      open = List.copyOf(stores);
    }
    return new MemoryUse(
        memoryLimitBytes,
        Map.of(MemoryUse.Part.NATIVE, nativeBytes),
        open.stream().map(RocksDbKeyedStore::memoryUse).toList());
  }

  @Override
  public void close() {
    List<RocksDbKeyedStore<?>> open;
    synchronized (stores) {
      if (closed) {
        return;
      }
      closed = true;
      open = new ArrayList<>(stores);
    }
    try (directory;
        nativeBudget;
        transfers) {
      // None may outlive the memory that it uses.
      Closing.all(open, RocksDbKeyedStore::close);
    }
  }

  /** The settings of a backend. Each can be set only once. Not thread-safe. */
  public static final class Builder {
    private static final long BUDGET_BYTES_DEFAULT = 256L << 20;
    private static final long BUDGET_BYTES_MIN = 8L << 20;
    private static final int CACHE_SHARE_DEFAULT = 2;
    private static final int TRANSFER_THREADS_DEFAULT = 4;
    private static final int TRANSFER_THREADS_MAX = 64;

    private final Path directory;
    private @Nullable Long memoryBudgetBytes;
    private @Nullable Long heapCacheBytes;
    private @Nullable Integer transferThreads;
    private @Nullable Preset preset;
    private @Nullable Tuning tuning;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /**
     * Limits the memory that all stores of the backend use together: native memory and the caches
     * on the heap.
     *
     * @param bytes the budget in bytes, 8 MiB or more; by default 256 MiB
     * @return this
     * @throws IllegalArgumentException if it is too small
     * @throws IllegalStateException if it was set before
     */
    public Builder memoryBudgetBytes(long bytes) {
      if (bytes < BUDGET_BYTES_MIN) {
        throw new IllegalArgumentException(
            "memoryBudgetBytes must be %d or more: memoryBudgetBytes=%d"
                .formatted(BUDGET_BYTES_MIN, bytes));
      }
      memoryBudgetBytes = Once.set("memoryBudgetBytes", memoryBudgetBytes, bytes);
      return this;
    }

    /**
     * Sets how much of the budget the caches on the heap take. Choose less if the heap is short,
     * and 0 for no cache. The heap must be larger by this amount, and by another quarter of it
     * while a snapshot is taken.
     *
     * @param bytes the limit in bytes, up to half of the budget, which is the default
     * @return this
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if it was set before
     */
    public Builder heapCacheBytes(long bytes) {
      if (bytes < 0) {
        throw new IllegalArgumentException(
            "heapCacheBytes must be 0 or more: heapCacheBytes=" + bytes);
      }
      heapCacheBytes = Once.set("heapCacheBytes", heapCacheBytes, bytes);
      return this;
    }

    /**
     * Limits how many files a checkpoint or a restore copies at once, for all stores together.
     *
     * @param count 1 to 64; by default 4
     * @return this
     * @throws IllegalArgumentException if it is not
     * @throws IllegalStateException if it was set before
     */
    public Builder transferThreads(int count) {
      if (count < 1 || count > TRANSFER_THREADS_MAX) {
        throw new IllegalArgumentException(
            "transferThreads must be 1 to %d: transferThreads=%d"
                .formatted(TRANSFER_THREADS_MAX, count));
      }
      transferThreads = Once.set("transferThreads", transferThreads, count);
      return this;
    }

    /**
     * Chooses RocksDB's options for the resource that is scarce.
     *
     * @param scarce the preset; by default {@link Preset#SOLID_STATE_DISK}
     * @return this
     * @throws IllegalStateException if it was set before
     */
    public Builder preset(Preset scarce) {
      preset = Once.set("preset", preset, requireNonNull(scarce, "preset"));
      return this;
    }

    /**
     * Changes RocksDB's options, for experts, after those of the {@link #preset} are set.
     *
     * @param expert what changes them
     * @return this
     * @throws IllegalStateException if it was set before
     */
    public Builder tuning(Tuning expert) {
      tuning = Once.set("tuning", tuning, requireNonNull(expert, "tuning"));
      return this;
    }

    /**
     * Opens the backend.
     *
     * @return the backend, owned by the caller
     * @throws IllegalStateException if the caches would take more than half of the budget
     * @throws io.statebackend.api.StateLockedException if another backend uses the directory, in
     *     this process or another one
     * @throws io.statebackend.api.StateIoException if the directory cannot be created
     */
    public RocksDbStateBackend open() {
      long budget = memoryBudgetBytes == null ? BUDGET_BYTES_DEFAULT : memoryBudgetBytes;
      long cache = heapCacheBytes == null ? budget / CACHE_SHARE_DEFAULT : heapCacheBytes;
      if (cache > budget / 2) {
        throw new IllegalStateException(
            "heapCacheBytes must be half of memoryBudgetBytes or less: heapCacheBytes=%d, memoryBudgetBytes=%d"
                .formatted(cache, budget));
      }
      Preset options = preset == null ? Preset.SOLID_STATE_DISK : preset;
      return RocksDbStateBackend.open(
          directory,
          new Settings(
              budget - cache,
              cache,
              transferThreads == null ? TRANSFER_THREADS_DEFAULT : transferThreads,
              Limits.OF_ROCKSDB,
              Settings.FAMILIES_PER_STORE_MAX,
              options.andThen(tuning == null ? Tuning.NONE : tuning)));
    }
  }
}
