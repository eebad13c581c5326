// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.nio.file.Path;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;

/** Backends for tests, with little memory. */
final class Backends {
  private Backends() {}

  static Configuration config(Engine engine, boolean isIncremental, Path directory) {
    Configuration config = new Configuration();
    config.set(StatebackendOptions.ENGINE, engine);
    config.set(StatebackendOptions.INCREMENTAL, isIncremental);
    config.set(StatebackendOptions.MEMORY_PER_SLOT, MemorySize.ofMebiBytes(32));
    config.set(StatebackendOptions.ROCKSDB_NATIVE_MEMORY, MemorySize.ofMebiBytes(32));
    config.set(StatebackendOptions.DIRECTORIES, List.of(directory.toString()));
    return config;
  }

  static FlinkStateBackend of(Engine engine, boolean isIncremental, Path directory) {
    return new StatebackendFactory()
        .createFromConfig(
            config(engine, isIncremental, directory), Backends.class.getClassLoader());
  }
}
