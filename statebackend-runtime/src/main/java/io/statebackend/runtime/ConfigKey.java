// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The settings of a configuration, and by which names of Apache Flink they are known, too. */
@SuppressWarnings("ImmutableEnumChecker") // The lists are.
enum ConfigKey {
  ENGINE("state.backend.type", "state.backend"),
  WORKING_DIRECTORY("state.backend.rocksdb.localdir"),
  MEMORY_BUDGET(),
  STORAGE("execution.checkpointing.dir", "state.checkpoints.dir"),
  SAVEPOINT_STORAGE("execution.checkpointing.savepoint-dir", "state.savepoints.dir"),
  INTERVAL("execution.checkpointing.interval"),
  MIN_PAUSE("execution.checkpointing.min-pause"),
  TIMEOUT("execution.checkpointing.timeout"),
  RETAINED("execution.checkpointing.num-retained", "state.checkpoints.num-retained"),
  TOLERATED_FAILURES("execution.checkpointing.tolerable-failed-checkpoints"),
  COMPRESSION(),
  INCREMENTAL("execution.checkpointing.incremental", "state.backend.incremental"),
  RESTORE("execution.state-recovery.path"),
  CLAIM_MODE("execution.state-recovery.claim-mode");

  private final List<String> names;

  ConfigKey(String... flinkNames) {
    names =
        Stream.concat(
                Stream.of(name().toLowerCase(Locale.ROOT).replace('_', '-')), Stream.of(flinkNames))
            .toList();
  }

  /** Returns the names by which it can be set, ours first. */
  List<String> names() {
    return names;
  }

  @Override
  public String toString() {
    return names.get(0);
  }
}
