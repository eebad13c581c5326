// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.rocksdb.Preset;
import io.statebackend.rocksdb.RocksDbStateBackend;
import io.statebackend.rocksdb.Tuning;
import java.util.Collections;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompactionStyle;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.HashSkipListMemTableConfig;
import org.rocksdb.IndexType;

/** What may be set otherwise in RocksDB than our backend does it: each in one respect. */
@SuppressWarnings("ImmutableEnumChecker") // functions that hold nothing
enum RocksDbVariant {
  DEFAULT(UnaryOperator.identity()),
  SPINNING_DISK(builder -> builder.preset(Preset.SPINNING_DISK)),
  SMALL_DISK(builder -> builder.preset(Preset.SMALL_DISK)),

  BLOCKS_8K(files(options -> options.setBlockSize(8 << 10))),
  BLOCKS_16K(files(options -> options.setBlockSize(16 << 10))),
  BLOCKS_WITHOUT_HASH(
      files(options -> options.setDataBlockIndexType(DataBlockIndexType.kDataBlockBinarySearch))),
  INDEX_NOT_PINNED(files(options -> options.setPinL0FilterAndIndexBlocksInCache(false))),
  INDEX_PARTITIONED(
      files(
          options ->
              options
                  .setIndexType(IndexType.kTwoLevelIndexSearch)
                  .setPartitionFilters(true)
                  .setPinTopLevelIndexAndFilter(true))),

  /** In native memory beyond the budget. */
  INDEX_OUTSIDE_BUDGET(files(options -> options.setCacheIndexAndFilterBlocks(false))),
  FILTER_NONE(files(options -> options.setFilterPolicy(null))),

  /** The filter lives as long as the process. */
  FILTER_16_BITS(files(options -> options.setFilterPolicy(new BloomFilter(16)))),
  FILTER_NOT_FOR_LAST_LEVEL(state(options -> options.setOptimizeFiltersForHits(true))),

  COMPRESSION_NONE(state(options -> compress(options, CompressionType.NO_COMPRESSION))),
  COMPRESSION_LZ4(state(options -> compress(options, CompressionType.LZ4_COMPRESSION))),
  COMPRESSION_ZSTD_LAST(
      state(options -> options.setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION))),

  MEMTABLE_WITHOUT_FILTER(state(options -> options.setMemtablePrefixBloomSizeRatio(0))),
  MEMTABLE_HASHED(
      state(
          options ->
              options
                  .setMemTableConfig(new HashSkipListMemTableConfig())
                  .useFixedLengthPrefixExtractor(Short.BYTES + Long.BYTES))),
  MEMTABLE_TWICE_AS_LARGE(
      state(options -> options.setWriteBufferSize(2 * options.writeBufferSize()))),

  COMPACTION_UNIVERSAL(state(options -> options.setCompactionStyle(CompactionStyle.UNIVERSAL))),
  JOBS_4(database(options -> options.setMaxBackgroundJobs(4))),
  DIRECT_IO(
      database(
          options -> options.setUseDirectReads(true).setUseDirectIoForFlushAndCompaction(true)));

  private final UnaryOperator<RocksDbStateBackend.Builder> change;

  RocksDbVariant(UnaryOperator<RocksDbStateBackend.Builder> change) {
    this.change = change;
  }

  /** Sets what is otherwise. */
  RocksDbStateBackend.Builder applyTo(RocksDbStateBackend.Builder builder) {
    return change.apply(builder);
  }

  private static UnaryOperator<RocksDbStateBackend.Builder> database(Consumer<DBOptions> change) {
    Tuning tuning =
        new Tuning() {
          @Override
          public void database(DBOptions options) {
            change.accept(options);
          }
        };
    return builder -> builder.tuning(tuning);
  }

  private static UnaryOperator<RocksDbStateBackend.Builder> state(
      Consumer<ColumnFamilyOptions> change) {
    Tuning tuning =
        new Tuning() {
          @Override
          public void state(String state, ColumnFamilyOptions options) {
            change.accept(options);
          }
        };
    return builder -> builder.tuning(tuning);
  }

  private static UnaryOperator<RocksDbStateBackend.Builder> files(
      Consumer<BlockBasedTableConfig> change) {
    Tuning tuning =
        new Tuning() {
          @Override
          public void files(String state, BlockBasedTableConfig options) {
            change.accept(options);
          }
        };
    return builder -> builder.tuning(tuning);
  }

  private static void compress(ColumnFamilyOptions options, CompressionType type) {
    options.setCompressionPerLevel(Collections.nCopies(options.numLevels(), type));
  }
}
