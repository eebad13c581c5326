// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.typeutils.base.StringSerializer;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.runtime.state.CheckpointableKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.apache.flink.test.state.BackendSwitchSpecs.BackendSwitchSpec;

/** Makes keyed backends on an engine for Flink's suite of savepoints. */
public final class SwitchSpec implements BackendSwitchSpec {
  private final Engine engine;

  /** Names the engine. */
  public SwitchSpec(Engine engine) {
    this.engine = engine;
  }

  @Override
  public CheckpointableKeyedStateBackend<String> createBackend(
      KeyGroupRange keyGroups, int maxParallelism, Collection<KeyedStateHandle> handles)
      throws Exception {
    Path directory = Files.createTempDirectory("switch");
    directory.toFile().deleteOnExit();
    MockEnvironment environment = new MockEnvironmentBuilder().build();
    return Backends.of(engine, false, directory)
        .createKeyedStateBackend(
            new KeyedStateBackendParametersImpl<>(
                environment,
                new JobID(),
                "switch",
                StringSerializer.INSTANCE,
                maxParallelism,
                keyGroups,
                environment.getTaskKvStateRegistry(),
                TtlTimeProvider.DEFAULT,
                new UnregisteredMetricsGroup(),
                (name, value) -> {},
                handles,
                new CloseableRegistry(),
                1.0));
  }

  @Override
  public void close() {}

  @Override
  public String toString() {
    return engine.name();
  }
}
