// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.util.List;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;

/** What there is to configure, in Flink's configuration or in a program's {@code Configuration}. */
public final class StatebackendOptions {
  private static final String PREFIX = "state.backend.statebackend.";

  /** The storage engine; by default {@link Engine#FS}. */
  public static final ConfigOption<Engine> ENGINE =
      ConfigOptions.key(PREFIX + "engine")
          .enumType(Engine.class)
          .defaultValue(Engine.FS)
          .withDescription("The storage engine: memory, fs or rocksdb.");

  /**
   * Whether checkpoints consist of files that they share, of which only new ones are written. By
   * default what {@code execution.checkpointing.incremental} says. The memory engine has no such
   * files: its checkpoints are always whole.
   */
  public static final ConfigOption<Boolean> INCREMENTAL =
      ConfigOptions.key(PREFIX + "incremental")
          .booleanType()
          .noDefaultValue()
          .withDescription("Whether checkpoints are incremental.");

  /**
   * How much of the heap the engine may use in each slot: all that fs uses, or the cache of
   * rocksdb, which takes no more than its native memory. 1 MiB or more; by default 256 MiB. The
   * heap of the task manager has to have it for each of its slots. Of no meaning for the memory
   * engine.
   */
  public static final ConfigOption<MemorySize> MEMORY_PER_SLOT =
      ConfigOptions.key(PREFIX + "memory-per-slot")
          .memoryType()
          .defaultValue(MemorySize.ofMebiBytes(256))
          .withDescription("The memory of the heap that the engine may use in each slot.");

  /**
   * The native memory of rocksdb in each slot, 4 MiB or more, beside managed memory. By default it
   * is the managed memory of the slot that Flink gives to state backends.
   */
  public static final ConfigOption<MemorySize> ROCKSDB_NATIVE_MEMORY =
      ConfigOptions.key(PREFIX + "rocksdb.native-memory-per-slot")
          .memoryType()
          .noDefaultValue()
          .withDescription("The native memory of rocksdb in each slot, instead of managed memory.");

  /**
   * The directories for working files of fs and rocksdb, on local disks, one of which each slot
   * takes by lot. By default the working directory that Flink gives to the task manager.
   */
  public static final ConfigOption<List<String>> DIRECTORIES =
      ConfigOptions.key(PREFIX + "directories")
          .stringType()
          .asList()
          .noDefaultValue()
          .withDescription("The directories for working files.");

  /** What is scarce where rocksdb runs: the name of a constant of its {@code Preset}. */
  public static final ConfigOption<String> ROCKSDB_PRESET =
      ConfigOptions.key(PREFIX + "rocksdb.preset")
          .stringType()
          .defaultValue("SOLID_STATE_DISK")
          .withDescription("By what RocksDB's options are chosen.");

  /** How many files rocksdb copies at once for a checkpoint or a restore, 1 to 64; by default 4. */
  public static final ConfigOption<Integer> TRANSFER_THREADS =
      ConfigOptions.key(PREFIX + "transfer-threads")
          .intType()
          .defaultValue(4)
          .withDescription("How many files rocksdb copies at once.");

  private StatebackendOptions() {}
}
