// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.bench.Candidate.Trait;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.rocksdb.RocksDbStateBackend;
import java.util.List;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;

/** What is measured: our engines, and their peers. */
@SuppressWarnings("ImmutableEnumChecker") // a candidate holds constants and functions
public enum Backend {
  MEMORY(Candidate.ours(place -> MemoryStateBackend.create())),

  FS(
      Candidate.ours(
              place ->
                  FsStateBackend.builder(place.directory())
                      .memoryBudgetBytes(place.memoryBytes())
                      .open())
          .with(Trait.FILES)),

  /** With what Flink's has: the managed memory of a task manager by default. */
  ROCKSDB(
      Candidate.ours(
              place ->
                  RocksDbStateBackend.builder(place.directory())
                      .memoryBudgetBytes(512L << 20)
                      .open())
          .with(Trait.FILES)),

  FLINK_HASHMAP(
      Candidate.peer(place -> new FlinkSubject(new HashMapStateBackend()))
          .with(Trait.ALL_STATES)
          .with(Trait.CHECKPOINTS)),
  FLINK_ROCKSDB(
      Candidate.peer(place -> FlinkSubject.inRocksDb(place.directory()))
          .with(Trait.ALL_STATES)
          .with(Trait.CHECKPOINTS)
          .with(Trait.FILES)
          .withRocksDbOfFlink()),
  KAFKA_MEMORY(Candidate.peer(place -> KafkaSubject.inMemory(place.directory()))),
  KAFKA_ROCKSDB(
      Candidate.peer(place -> KafkaSubject.inRocksDb(place.directory())).with(Trait.FILES)),
  RAW_ROCKSDB(Candidate.peer(place -> new RocksDbSubject(place.directory())).with(Trait.FILES)),
  CHRONICLE_MAP(
      Candidate.peer(ChronicleSubject::new)
          .with(Trait.FILES)
          .withJvmOptions(
              "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
              "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
              "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
              "--add-opens=jdk.compiler/com.sun.tools.javac=ALL-UNNAMED",
              "--add-opens=java.base/java.io=ALL-UNNAMED",
              "--add-opens=java.base/java.lang=ALL-UNNAMED",
              "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
              "--add-opens=java.base/java.util=ALL-UNNAMED")),
  LMDB(
      Candidate.peer(place -> new LmdbSubject(place.directory()))
          .with(Trait.FILES)
          .withJvmOptions(
              "--add-opens=java.base/java.nio=ALL-UNNAMED",
              "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED")),
  JAVA_HASHMAP(Candidate.peer(place -> new HashMapSubject()).with(Trait.ALL_STATES)),
  FASTUTIL(Candidate.peer(place -> new FastutilSubject()));

  private final Candidate candidate;

  Backend(Candidate candidate) {
    this.candidate = candidate;
  }

  /** Opens the backend, empty. */
  Subject open(Place place) {
    return candidate.opener().apply(place);
  }

  /** Tells whether it is one of our engines. */
  public boolean isOurs() {
    return candidate.traits().contains(Trait.OURS);
  }

  /** Tells whether it has map, list and reducing state; all have value state. */
  public boolean hasAllStates() {
    return candidate.traits().contains(Trait.ALL_STATES);
  }

  /** Tells whether it has checkpoints. */
  public boolean hasCheckpoints() {
    return candidate.traits().contains(Trait.CHECKPOINTS);
  }

  /** Tells whether it keeps state in files. */
  public boolean hasFiles() {
    return candidate.traits().contains(Trait.FILES);
  }

  /** Returns what the name of a jar begins with that must not be on its class path. */
  public String excludedJar() {
    return candidate.excludedJar();
  }

  /** Returns the options that its JVM needs. */
  public List<String> jvmOptions() {
    return candidate.jvmOptions();
  }
}
