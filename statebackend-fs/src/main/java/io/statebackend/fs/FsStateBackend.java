// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

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
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A storage engine for state larger than memory, in pure Java.
 *
 * <p>State is a log of records: the newest part in memory, where records are changed in place, the
 * rest in files of a working directory, read by position. An index of about 12 bytes per record is
 * always in memory. The memory of all stores of a backend together stays within one budget. Nothing
 * is written to files before the budget is used up. Writes free the room of dead records in small
 * steps.
 *
 * <p>Thread-safe; each store has one owner. The working directory belongs to the backend alone, and
 * nothing in it outlives the backend.
 */
public final class FsStateBackend implements StateBackend {
  private final Settings settings;
  private final WorkDirectory directory;
  private final MemoryBudget budget;
  private final SecureRandom random = new SecureRandom();

  /** Writes sealed segments, those of all stores in turn. */
  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(FsStateBackend::newWriterThread);

  /** The stores that are open. Guarded by itself. */
  private final Set<FsKeyedStore<?>> stores = new LinkedHashSet<>();

  /** Guarded by {@code stores}. */
  private boolean closed;

  private FsStateBackend(Settings settings, WorkDirectory directory) {
    this.settings = settings;
    this.directory = directory;
    this.budget = new MemoryBudget(settings.memoryBudgetBytes());
  }

  private static Thread newWriterThread(Runnable task) {
    Thread thread = new Thread(task, "statebackend-fs-writer");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Begins the settings of a backend.
   *
   * @param directory the working directory, created if necessary; for this backend alone
   * @return a builder with default settings
   */
  public static Builder builder(Path directory) {
    return new Builder(requireNonNull(directory, "directory"));
  }

  /**
   * {@inheritDoc}
   *
   * @return {@code fs}
   */
  @Override
  public String name() {
    return "fs";
  }

  /** Opens a backend with settings that no user would choose, for tests. */
  static FsStateBackend open(Path directory, Settings settings) {
    return new FsStateBackend(settings, WorkDirectory.open(directory));
  }

  /** Returns the budget, for tests. */
  MemoryBudget budget() {
    return budget;
  }

  /**
   * {@inheritDoc}
   *
   * <p>The index consists of slots, chunks and the bookkeeping of segments. Images include what a
   * snapshot may need, and parts of the index that only images have. The cache remembers what was
   * read from files.
   */
  @Override
  public MemoryUse memoryUse() {
    synchronized (stores) {
      return new MemoryUse(
          budget.totalBytes(), Map.of(), stores.stream().map(FsKeyedStore::memoryUse).toList());
    }
  }

  @Override
  public <K> KeyedStore<K> open(StoreSpec<K> spec) {
    synchronized (stores) {
      if (closed) {
        throw new StateClosedException(
            "the fs state backend is closed: operatorId=" + spec.operatorId());
      }
      FsKeyedStore<K> store =
          new FsKeyedStore<>(
              spec, settings, directory, budget, writer, random.nextLong() | 1, this::forget);
      stores.add(store);
      return store;
    }
  }

  private void forget(FsKeyedStore<?> store) {
    synchronized (stores) {
      stores.remove(store);
    }
  }

  @Override
  public void close() {
    List<FsKeyedStore<?>> open;
    synchronized (stores) {
      if (closed) {
        return;
      }
      closed = true;
      open = new ArrayList<>(stores);
    }
    try (directory) {
      Closing.all(open, FsKeyedStore::close);
    } finally {
      writer.shutdown();
    }
  }

  /** The settings of a backend. Each can be set only once. Not thread-safe. */
  public static final class Builder {
    private static final long BUDGET_BYTES_DEFAULT = 256L << 20;
    private static final long BUDGET_BYTES_MIN = 1L << 20;
    private static final int SEGMENTS_PER_BUDGET = 64;
    private static final int SEGMENT_SIZE_BYTES_MIN = 4 << 10;
    private static final int SEGMENT_SIZE_BYTES_MAX = 64 << 20;
    private static final int SEGMENT_SIZE_BYTES_DEFAULT_MIN = 64 << 10;
    private static final int SEGMENT_SIZE_BYTES_DEFAULT_MAX = 8 << 20;
    private static final double AMPLIFICATION_DEFAULT = 2;
    private static final double AMPLIFICATION_MIN = 1.1;

    private final Path directory;
    private @Nullable Long memoryBudgetBytes;
    private @Nullable Integer segmentSizeBytes;
    private @Nullable Double spaceAmplification;

    private Builder(Path directory) {
      this.directory = directory;
    }

    /**
     * Limits the memory that all stores of the backend use together: log, index and buffers. It is
     * heap memory, so the heap must be larger by what the program itself needs. Give it all the
     * memory you have for state. With less than about 20 bytes per entry, the index does not fit,
     * and writing fails.
     *
     * @param bytes the budget in bytes, 1 MiB or more; by default 256 MiB
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
     * Sets the size of a segment, the unit in which memory is written to files and freed. There is
     * rarely a reason to change it. Larger segments are written faster, and smaller ones use a
     * small budget better.
     *
     * @param bytes a power of two, 4 KiB to 64 MiB; by default a 64th of the budget, 64 KiB to 8
     *     MiB
     * @return this
     * @throws IllegalArgumentException if it is not
     * @throws IllegalStateException if it was set before
     */
    public Builder segmentSizeBytes(int bytes) {
      if (bytes < SEGMENT_SIZE_BYTES_MIN
          || bytes > SEGMENT_SIZE_BYTES_MAX
          || Integer.bitCount(bytes) != 1) {
        throw new IllegalArgumentException(
            "segmentSizeBytes must be a power of two from %d to %d: segmentSizeBytes=%d"
                .formatted(SEGMENT_SIZE_BYTES_MIN, SEGMENT_SIZE_BYTES_MAX, bytes));
      }
      segmentSizeBytes = Once.set("segmentSizeBytes", segmentSizeBytes, bytes);
      return this;
    }

    /**
     * Limits the size of a log as a multiple of its live records. Beyond it, the room of dead
     * records is freed. A larger ratio takes less work, but more disk and memory.
     *
     * @param ratio the size of the log divided by that of live records, 1.1 or more; by default 2
     * @return this
     * @throws IllegalArgumentException if it is less
     * @throws IllegalStateException if it was set before
     */
    public Builder spaceAmplification(double ratio) {
      if (!(ratio >= AMPLIFICATION_MIN)) {
        throw new IllegalArgumentException(
            "spaceAmplification must be %s or more: spaceAmplification=%s"
                .formatted(AMPLIFICATION_MIN, ratio));
      }
      spaceAmplification = Once.set("spaceAmplification", spaceAmplification, ratio);
      return this;
    }

    /**
     * Opens the backend.
     *
     * @return the backend, owned by the caller
     * @throws IllegalStateException if a segment takes more than an eighth of the budget
     * @throws io.statebackend.api.StateLockedException if another backend uses the directory
     * @throws io.statebackend.api.StateIoException if the directory cannot be created
     */
    public FsStateBackend open() {
      long budget = memoryBudgetBytes == null ? BUDGET_BYTES_DEFAULT : memoryBudgetBytes;
      int segment = segmentSizeBytes == null ? defaultSegmentSizeBytes(budget) : segmentSizeBytes;
      if (segment > budget / 8) {
        throw new IllegalStateException(
            "segmentSizeBytes must be an eighth of memoryBudgetBytes or less: segmentSizeBytes=%d, memoryBudgetBytes=%d"
                .formatted(segment, budget));
      }
      double amplification =
          spaceAmplification == null ? AMPLIFICATION_DEFAULT : spaceAmplification;
      return FsStateBackend.open(directory, new Settings(budget, segment, amplification));
    }

    private static int defaultSegmentSizeBytes(long budget) {
      long wanted = Long.highestOneBit(budget / SEGMENTS_PER_BUDGET);
      return (int)
          Math.max(
              SEGMENT_SIZE_BYTES_DEFAULT_MIN, Math.min(SEGMENT_SIZE_BYTES_DEFAULT_MAX, wanted));
    }
  }
}
