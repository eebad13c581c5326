// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.util.Collections;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;

/**
 * RocksDB's options for the resource that is scarce. A preset changes how state lies on the disk,
 * but not what it is: checkpoints taken with one preset can be restored with any other, and files
 * that were written before are rewritten little by little.
 */
public enum Preset {
  /**
   * A solid-state disk with room for twice the state. A read costs little, so entries are in small
   * blocks, and data that changes soon is not compressed. This is the default.
   */
  SOLID_STATE_DISK,

  /**
   * A disk with moving heads, or a volume over the network. A read costs milliseconds, whatever its
   * size, so blocks are large and all of them compressed, and compactions read far ahead. Reads of
   * single entries that miss memory take more processor time than with the default.
   */
  SPINNING_DISK {
    @Override
    void database(DBOptions options) {
      options.setCompactionReadaheadSize(READAHEAD_BYTES).setBytesPerSync(SYNC_BYTES);
    }

    @Override
    void state(ColumnFamilyOptions options) {
      compressAll(options, CompressionType.LZ4_COMPRESSION);
    }

    @Override
    void files(BlockBasedTableConfig options) {
      options.setBlockSize(LARGE_BLOCK_BYTES);
    }
  },

  /**
   * Little room on the disk of the working directory, or for checkpoints: large blocks, and nearly
   * all of the state compressed by ZSTD. Reads that miss memory take more processor time than with
   * the default, and so do writes.
   */
  SMALL_DISK {
    @Override
    void state(ColumnFamilyOptions options) {
      compressAll(options, CompressionType.LZ4_COMPRESSION);
      options.setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION);
    }

    @Override
    void files(BlockBasedTableConfig options) {
      options.setBlockSize(LARGE_BLOCK_BYTES);
    }
  };

  private static final long LARGE_BLOCK_BYTES = 16 << 10;
  private static final long READAHEAD_BYTES = 4 << 20;
  private static final long SYNC_BYTES = 1 << 20;

  private static void compressAll(ColumnFamilyOptions options, CompressionType type) {
    options.setCompressionPerLevel(Collections.nCopies(options.numLevels(), type));
  }

  void database(DBOptions options) {}

  void state(ColumnFamilyOptions options) {}

  void files(BlockBasedTableConfig options) {}

  /** Returns what sets the options of the preset first, and changes them as an expert wants. */
  Tuning andThen(Tuning expert) {
    return new Tuning() {
      @Override
      public void database(DBOptions options) {
        Preset.this.database(options);
        expert.database(options);
      }

      @Override
      public void state(String state, ColumnFamilyOptions options) {
        Preset.this.state(options);
        expert.state(state, options);
      }

      @Override
      public void files(String state, BlockBasedTableConfig options) {
        Preset.this.files(options);
        expert.files(state, options);
      }
    };
  }
}
