// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How a backend is opened, and what that takes.
 *
 * @param opener opens it, empty, with a directory for its files
 * @param isOurs whether it is one of our engines
 * @param hasAllStates whether it has more than value state
 * @param hasCheckpoints whether it has checkpoints
 * @param hasFiles whether it keeps state in files
 * @param excludedJar what the name of a jar begins with that must not be on its class path: Flink's
 *     RocksDB and the original one define the same classes
 * @param jvmOptions the options that its JVM needs
 */
record Candidate(
    Function<Path, Subject> opener,
    boolean isOurs,
    boolean hasAllStates,
    boolean hasCheckpoints,
    boolean hasFiles,
    String excludedJar,
    List<String> jvmOptions) {
  private static final String FLINK_ROCKSDB_JAR = "frocksdbjni-";
  private static final String ROCKSDB_JAR = "rocksdbjni-";

  /** One of our engines that keeps state in memory. */
  static Candidate oursInMemory(Supplier<StateBackend> engine) {
    return ours(directory -> engine.get(), false);
  }

  /** One of our engines that keeps state in files of a directory. */
  static Candidate ours(Function<Path, StateBackend> engine) {
    return ours(engine, true);
  }

  private static Candidate ours(Function<Path, StateBackend> engine, boolean hasFiles) {
    return new Candidate(
        directory -> new OurSubject(engine.apply(directory)),
        true,
        true,
        true,
        hasFiles,
        FLINK_ROCKSDB_JAR,
        List.of());
  }

  /** A peer that has value state and keeps it in memory. */
  static Candidate peerInMemory(Function<Path, Subject> opener) {
    return new Candidate(opener, false, false, false, false, FLINK_ROCKSDB_JAR, List.of());
  }

  /** A peer that has value state and keeps it in files of a directory. */
  static Candidate peer(Function<Path, Subject> opener) {
    return new Candidate(opener, false, false, false, true, FLINK_ROCKSDB_JAR, List.of());
  }

  Candidate withAllStates() {
    return new Candidate(opener, isOurs, true, hasCheckpoints, hasFiles, excludedJar, jvmOptions);
  }

  Candidate withCheckpoints() {
    return new Candidate(opener, isOurs, hasAllStates, true, hasFiles, excludedJar, jvmOptions);
  }

  Candidate withRocksDbOfFlink() {
    return new Candidate(
        opener, isOurs, hasAllStates, hasCheckpoints, hasFiles, ROCKSDB_JAR, jvmOptions);
  }

  Candidate withJvmOptions(String... options) {
    return new Candidate(
        opener, isOurs, hasAllStates, hasCheckpoints, hasFiles, excludedJar, List.of(options));
  }
}
