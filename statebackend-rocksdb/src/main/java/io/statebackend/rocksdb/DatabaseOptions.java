// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.AbstractNativeReference;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.BuiltinComparator;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * The options of one database, and their native objects. docs/internals/rocksdb.md gives the
 * reasons for them.
 */
final class DatabaseOptions implements AutoCloseable {
  /**
   * Appends operands with a byte between them: {@link ListElements#SEPARATOR}. The name is the one
   * that RocksDB registers its linear implementation under; the other one copies the whole list for
   * each operand.
   */
  private static final String APPEND_OPERATOR = "stringappendtest";

  private static final int BLOCK_BYTES = 4 << 10;
  private static final int FORMAT_VERSION = 5;
  private static final double FILTER_BITS_PER_KEY = 10;
  private static final double BLOCK_HASH_RATIO = 0.75;
  private static final double MEMTABLE_FILTER_RATIO = 0.02;
  private static final long WRITE_BUFFER_BYTES_MAX = 32L << 20;
  private static final long WRITE_BUFFER_BYTES_MIN = 64L << 10;
  private static final long FILE_BYTES_MAX = 32L << 20;
  private static final long FILE_BYTES_MIN = 1L << 20;
  private static final long ARENA_BLOCK_BYTES_MAX = 256L << 10;
  private static final long ARENA_BLOCK_BYTES_MIN = 4L << 10;
  private static final int COMPRESSED_FROM_LEVEL = 2;
  private static final int LEVEL_COUNT = 7;
  private static final long INFO_LOG_BYTES = 1L << 20;

  /**
   * Each checkpoint stores the manifest as a new file, so RocksDB starts a new one from time to
   * time.
   */
  private static final long MANIFEST_BYTES = 4L << 20;

  private final NativeBudget budget;
  private final Tuning tuning;
  private final BloomFilter filter = new BloomFilter(FILTER_BITS_PER_KEY);

  /** All native objects made here, in the order in which they were made. Guarded by this. */
  private final List<AbstractNativeReference> made = new ArrayList<>();

  private final DBOptions database;
  private final WriteOptions write;
  private final ReadOptions pointRead;
  private final ReadOptions uncachedRead;
  private final ReadOptions prefixRead;
  private final ReadOptions uncachedPrefixRead;

  /**
   * Makes options.
   *
   * @throws RuntimeException whatever the tuning throws; nothing native is left then
   */
  DatabaseOptions(NativeBudget budget, Tuning tuning) {
    this.budget = budget;
    this.tuning = tuning;
    made.add(filter);
    this.write = own(new WriteOptions().setDisableWAL(true));
    this.pointRead = own(new ReadOptions());
    this.uncachedRead = own(new ReadOptions().setFillCache(false));
    this.prefixRead = own(new ReadOptions().setPrefixSameAsStart(true));
    this.uncachedPrefixRead = own(new ReadOptions().setPrefixSameAsStart(true).setFillCache(false));
    this.database = own(new DBOptions());
    try {
      setDatabaseOptions();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /** Makes options once more, as these are. */
  DatabaseOptions again() {
    return new DatabaseOptions(budget, tuning);
  }

  private synchronized <T extends AbstractNativeReference> T own(T object) {
    made.add(object);
    return object;
  }

  /** Frees options that no column family was made with; does nothing if they are freed. */
  private synchronized void free(ColumnFamilyOptions options) {
    if (made.remove(options)) {
      options.close();
    }
  }

  /** Makes a column family. */
  interface Creation {
    ColumnFamilyHandle create(ColumnFamilyDescriptor descriptor) throws RocksDBException;
  }

  /**
   * Makes the column family of a table. If that fails, its options are freed at once.
   *
   * @throws RuntimeException whatever the tuning throws
   */
  ColumnFamilyHandle create(TableFormat table, Creation creation) throws RocksDBException {
    ColumnFamilyDescriptor descriptor = descriptor(table);
    try {
      return creation.create(descriptor);
    } catch (RocksDBException | RuntimeException | Error e) {
      free(descriptor.getOptions());
      throw e;
    }
  }

  private void setDatabaseOptions() {
    database
        .setMaxOpenFiles(-1)
        .setMaxBackgroundJobs(2)
        .setAllowConcurrentMemtableWrite(false)
        .setEnableWriteThreadAdaptiveYield(false)
        .setAvoidFlushDuringShutdown(true)
        .setSkipStatsUpdateOnDbOpen(true)
        .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
        .setKeepLogFileNum(1)
        .setMaxLogFileSize(INFO_LOG_BYTES)
        .setMaxManifestFileSize(MANIFEST_BYTES)
        .setStatsDumpPeriodSec(0)
        .setStatsPersistPeriodSec(0);
    tuning.database(database);
    database
        .setCreateIfMissing(true)
        .setCreateMissingColumnFamilies(true)
        .setAtomicFlush(false)
        .setWriteBufferManager(budget.writeBuffers());
  }

  NativeBudget budget() {
    return budget;
  }

  DBOptions database() {
    return database;
  }

  WriteOptions write() {
    return write;
  }

  ReadOptions pointRead() {
    return pointRead;
  }

  /** Reads what the block cache has no room for. */
  ReadOptions uncachedRead() {
    return uncachedRead;
  }

  /** Reads entries of one prefix of fixed length, and ends with it. */
  ReadOptions prefixRead(boolean isCached) {
    return isCached ? prefixRead : uncachedPrefixRead;
  }

  /**
   * Returns what the column family is opened with that each database has, and that tables share
   * which have none of their own.
   */
  ColumnFamilyDescriptor sharedDescriptor() {
    ColumnFamilyOptions options = columnFamily(Tuning.SHARED);
    options.setMergeOperatorName(APPEND_OPERATOR);
    return new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, options);
  }

  /** Returns what the column family of a table is opened with. */
  ColumnFamilyDescriptor descriptor(TableFormat table) {
    return new ColumnFamilyDescriptor(
        Column.familyName(table).getBytes(StandardCharsets.UTF_8), ownFamily(table));
  }

  private ColumnFamilyOptions ownFamily(TableFormat table) {
    ColumnFamilyOptions options = columnFamily(table.name());
    if (table.kind() == TableFormat.Kind.LIST) {
      options.setMergeOperatorName(APPEND_OPERATOR);
    }
    if (Column.hasPrefixes(table)) {
      options.useFixedLengthPrefixExtractor(table.prefixLength());
    }
    return options;
  }

  private ColumnFamilyOptions columnFamily(String state) {
    long limit = budget.limitBytes();
    long writeBufferBytes = between(WRITE_BUFFER_BYTES_MIN, limit / 8, WRITE_BUFFER_BYTES_MAX);
    // Index and filter of a file are blocks of the cache, which there has to be room for.
    long fileBytes = between(FILE_BYTES_MIN, limit / 8, FILE_BYTES_MAX);
    List<CompressionType> compression = new ArrayList<>();
    for (int level = 0; level < LEVEL_COUNT; level++) {
      compression.add(
          level < COMPRESSED_FROM_LEVEL
              ? CompressionType.NO_COMPRESSION
              : CompressionType.LZ4_COMPRESSION);
    }
    ColumnFamilyOptions options =
        own(
            new ColumnFamilyOptions()
                .setNumLevels(LEVEL_COUNT)
                .setWriteBufferSize(writeBufferBytes)
                .setArenaBlockSize(
                    between(ARENA_BLOCK_BYTES_MIN, limit / 1024, ARENA_BLOCK_BYTES_MAX))
                .setMaxWriteBufferNumber(3)
                .setMemtablePrefixBloomSizeRatio(MEMTABLE_FILTER_RATIO)
                .setMemtableWholeKeyFiltering(true)
                .setTargetFileSizeBase(fileBytes)
                .setMaxBytesForLevelBase(4 * fileBytes)
                .setLevelCompactionDynamicLevelBytes(true)
                .setCompressionPerLevel(compression));
    try {
      tuning.state(state, options);
      options.setComparator(BuiltinComparator.BYTEWISE_COMPARATOR);
      options.setTableFormatConfig(files(state));
    } catch (RuntimeException | Error e) {
      free(options);
      throw e;
    }
    return options;
  }

  private static long between(long min, long wanted, long max) {
    return Math.max(min, Math.min(wanted, max));
  }

  private BlockBasedTableConfig files(String state) {
    BlockBasedTableConfig files =
        new BlockBasedTableConfig()
            .setBlockSize(BLOCK_BYTES)
            .setFormatVersion(FORMAT_VERSION)
            .setFilterPolicy(filter)
            .setWholeKeyFiltering(true)
            .setOptimizeFiltersForMemory(true)
            .setCacheIndexAndFilterBlocks(true)
            .setCacheIndexAndFilterBlocksWithHighPriority(true)
            .setPinL0FilterAndIndexBlocksInCache(true)
            .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
            .setDataBlockHashTableUtilRatio(BLOCK_HASH_RATIO);
    tuning.files(state, files);
    return files.setBlockCache(budget.cache());
  }

  /** Frees the options, the last made first. The database is closed by then. */
  @Override
  public synchronized void close() {
    for (int i = made.size() - 1; i >= 0; i--) {
      made.get(i).close();
    }
    made.clear();
  }
}
