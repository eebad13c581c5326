// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.memory.MemoryStateBackend;
import java.nio.file.Path;
import java.util.function.Function;
import org.apache.flink.runtime.state.hashmap.HashMapStateBackend;

/** What is measured: our engines, and their peers. */
@SuppressWarnings("ImmutableEnumChecker") // the functions are constants too
public enum Backend {
  MEMORY(directory -> new OurSubject(MemoryStateBackend.create())),
  FLINK_HASHMAP(directory -> new FlinkSubject(new HashMapStateBackend())),
  JAVA_HASHMAP(directory -> new HashMapSubject()),
  FASTUTIL(directory -> new FastutilSubject());

  private final Function<Path, Subject> open;

  Backend(Function<Path, Subject> open) {
    this.open = open;
  }

  /** Opens the backend, empty. */
  Subject open(Path directory) {
    return open.apply(directory);
  }
}
