// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.memory.MemoryStateBackend;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;

/** What is measured: our engines, and their peers. */
@SuppressWarnings("ImmutableEnumChecker") // a candidate holds constants and functions
public enum Backend {
  MEMORY(Candidate.oursInMemory(MemoryStateBackend::create)),
  FLINK_HASHMAP(
      Candidate.peerInMemory(directory -> new FlinkSubject(new HashMapStateBackend()))
          .withAllStates()
          .withCheckpoints()),
  FLINK_ROCKSDB(
      Candidate.peer(FlinkSubject::inRocksDb)
          .withAllStates()
          .withCheckpoints()
          .withRocksDbOfFlink()),
  KAFKA_MEMORY(Candidate.peerInMemory(KafkaSubject::inMemory)),
  KAFKA_ROCKSDB(Candidate.peer(KafkaSubject::inRocksDb)),
  RAW_ROCKSDB(Candidate.peer(RocksDbSubject::new)),
  JAVA_HASHMAP(Candidate.peerInMemory(directory -> new HashMapSubject()).withAllStates()),
  FASTUTIL(Candidate.peerInMemory(directory -> new FastutilSubject()));

  private final Candidate candidate;

  Backend(Candidate candidate) {
    this.candidate = candidate;
  }

  /** Opens the backend, empty; it may keep files in the directory. */
  Subject open(Path directory) {
    return candidate.opener().apply(directory);
  }

  /** Tells whether it is one of our engines. */
  public boolean isOurs() {
    return candidate.isOurs();
  }

  /** Tells whether it has map, list and reducing state; all have value state. */
  public boolean hasAllStates() {
    return candidate.hasAllStates();
  }

  /** Tells whether it has checkpoints. */
  public boolean hasCheckpoints() {
    return candidate.hasCheckpoints();
  }

  /** Tells whether it keeps state in files. */
  public boolean hasFiles() {
    return candidate.hasFiles();
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
