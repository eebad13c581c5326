// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/** What JMH cannot say: figures of checkpoints, restores and memory. */
public enum Program {
  /** What a checkpoint costs the owner of the state, and how long it takes. */
  CHECKPOINT,

  /** What a checkpoint costs after a tenth of the entries changed. */
  INCREMENT,

  /** How fast state is that is larger than memory. */
  SPILL,

  /** What options of RocksDB are worth to our backend. */
  OPTIONS,

  /** How long it takes until a checkpoint is restored. */
  RESTORE,

  /** How much of the heap an entry takes. */
  MEMORY,

  /** How fast timers are, and how much of the heap they take. */
  TIMERS,

  /** How fast jobs of Flink are from end to end, with our engines or its own backends below. */
  FLINK;

  /** Tells whether a backend has what the program measures. */
  public boolean isFor(Backend backend) {
    return switch (this) {
      case MEMORY -> !backend.hasFiles();
      case OPTIONS -> backend == Backend.ROCKSDB;
      case FLINK -> FlinkProgram.isFor(backend);
      case SPILL -> backend.hasFiles() && backend.hasCheckpoints();
      default -> backend.hasCheckpoints();
    };
  }

  /**
   * Returns what the name of a jar begins with that must not be on the class path of a backend. In
   * a process of Flink, all run on its RocksDB.
   */
  public String excludedJar(Backend backend) {
    return this == FLINK ? Backend.FLINK_ROCKSDB.excludedJar() : backend.excludedJar();
  }
}
