// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.api.spi.StateBackend;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * How a backend is opened, and what that takes.
 *
 * @param opener opens it, empty
 * @param traits what it is and has
 * @param excludedJar what the name of a jar begins with that must not be on its class path: Flink's
 *     RocksDB and the original one define the same classes
 * @param jvmOptions the options that its JVM needs
 */
record Candidate(
    Function<Place, Subject> opener,
    Set<Trait> traits,
    String excludedJar,
    List<String> jvmOptions) {
  private static final String FLINK_ROCKSDB_JAR = "frocksdbjni-";
  private static final String ROCKSDB_JAR = "rocksdbjni-";

  /** What a backend is and has, besides value state, which all have. */
  enum Trait {
    /** It is one of our engines. */
    OURS,

    /** It has map, list and reducing state. */
    ALL_STATES,

    /** It has checkpoints. */
    CHECKPOINTS,

    /** It keeps state in files. */
    FILES
  }

  /** One of our engines. */
  static Candidate ours(Function<Place, StateBackend> engine) {
    return peer(place -> new OurSubject(engine.apply(place)))
        .with(Trait.OURS)
        .with(Trait.ALL_STATES)
        .with(Trait.CHECKPOINTS);
  }

  /** A peer that has value state only, in memory. */
  static Candidate peer(Function<Place, Subject> opener) {
    return new Candidate(opener, EnumSet.noneOf(Trait.class), FLINK_ROCKSDB_JAR, List.of());
  }

  Candidate with(Trait trait) {
    EnumSet<Trait> more = EnumSet.copyOf(traits);
    more.add(trait);
    return new Candidate(opener, more, excludedJar, jvmOptions);
  }

  Candidate withRocksDbOfFlink() {
    return new Candidate(opener, traits, ROCKSDB_JAR, jvmOptions);
  }

  Candidate withJvmOptions(String... options) {
    return new Candidate(opener, traits, excludedJar, List.of(options));
  }
}
