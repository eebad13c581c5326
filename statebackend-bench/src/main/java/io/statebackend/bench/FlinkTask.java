// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.metrics.groups.UnregisteredMetricGroups;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.query.KvStateRegistry;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateBackendParametersImpl;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.jspecify.annotations.Nullable;

/**
 * What a keyed state backend of Flink sees of the task that it belongs to: one subtask with all key
 * groups, and the managed memory of a task manager with default settings and one slot.
 */
final class FlinkTask implements AutoCloseable {
  /** Flink's default for a parallelism of one, and ours. */
  private static final int KEY_GROUPS = 128;

  /** What `taskmanager.memory.process.size: 1728m` of Flink's default configuration leaves. */
  private static final long MANAGED_MEMORY_BYTES = 512L << 20;

  private final StateBackend backend;
  private final CloseableRegistry closeables = new CloseableRegistry();
  private final MockEnvironment environment =
      MockEnvironment.builder().setManagedMemorySize(MANAGED_MEMORY_BYTES).build();
  private @Nullable AbstractKeyedStateBackend<?> keyed;

  FlinkTask(StateBackend backend) {
    this.backend = backend;
  }

  <K> AbstractKeyedStateBackend<K> keyed(Class<K> keyClass) {
    return keyed(keyClass, List.of());
  }

  /** Opens the keyed state backend with what is restored. */
  <K> AbstractKeyedStateBackend<K> keyed(Class<K> keyClass, Collection<KeyedStateHandle> restored) {
    JobID job = new JobID();
    AbstractKeyedStateBackend<K> opened =
        FlinkCalls.unchecked(
            () ->
                (AbstractKeyedStateBackend<K>)
                    backend.createKeyedStateBackend(
                        new KeyedStateBackendParametersImpl<>(
                            environment,
                            job,
                            "bench",
                            TypeInformation.of(keyClass)
                                .createSerializer(new SerializerConfigImpl()),
                            KEY_GROUPS,
                            new KeyGroupRange(0, KEY_GROUPS - 1),
                            new KvStateRegistry()
                                .createTaskRegistry(job, environment.getJobVertexId()),
                            TtlTimeProvider.DEFAULT,
                            UnregisteredMetricGroups.createUnregisteredOperatorMetricGroup(),
                            restored,
                            closeables)));
    keyed = opened;
    return opened;
  }

  @Override
  public void close() {
    FlinkCalls.unchecked(
        () -> {
          if (keyed != null) {
            keyed.dispose();
          }
          closeables.close();
          environment.close();
          return true;
        });
  }
}
