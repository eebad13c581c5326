// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.io.IOException;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.execution.Environment;
import org.apache.flink.runtime.memory.OpaqueMemoryResource;
import org.apache.flink.runtime.state.AbstractKeyedStateBackend;
import org.apache.flink.runtime.state.AbstractStateBackend;
import org.apache.flink.runtime.state.BackendBuildingException;
import org.apache.flink.runtime.state.ConfigurableStateBackend;
import org.apache.flink.runtime.state.DefaultOperatorStateBackendBuilder;
import org.apache.flink.runtime.state.OperatorStateBackend;
import org.apache.flink.runtime.state.metrics.LatencyTrackingStateConfig;
import org.apache.flink.runtime.state.metrics.SizeTrackingStateConfig;

/**
 * A state backend of Flink whose keyed state lies in one of our storage engines. Operator state and
 * timers are Flink's own, on the heap. Immutable.
 *
 * <p>Savepoints in the canonical format can be restored by Flink's backends, and theirs by this
 * one.
 */
public final class FlinkStateBackend extends AbstractStateBackend
    implements ConfigurableStateBackend {
  private static final long serialVersionUID = 1L;

  private final EngineSettings settings;
  private final boolean isIncremental;

  /** Creates a backend with default settings; {@link #configure} makes others of it. */
  public FlinkStateBackend() {
    this(new Configuration());
  }

  private FlinkStateBackend(ReadableConfig config) {
    this.settings = EngineSettings.of(config);
    this.isIncremental =
        config
            .getOptional(StatebackendOptions.INCREMENTAL)
            .orElseGet(() -> config.get(CheckpointingOptions.INCREMENTAL_CHECKPOINTS));
    this.latencyTrackingConfigBuilder = LatencyTrackingStateConfig.newBuilder().configure(config);
    this.sizeTrackingConfigBuilder = SizeTrackingStateConfig.newBuilder().configure(config);
  }

  /**
   * {@inheritDoc}
   *
   * @return a new backend
   * @throws org.apache.flink.configuration.IllegalConfigurationException if an option has a value
   *     out of its range
   */
  @Override
  public FlinkStateBackend configure(ReadableConfig config, ClassLoader classLoader) {
    return new FlinkStateBackend(config);
  }

  @Override
  public boolean useManagedMemory() {
    return settings.usesManagedMemory();
  }

  @Override
  public boolean supportsNoClaimRestoreMode() {
    return true;
  }

  @Override
  public boolean supportsSavepointFormat(SavepointFormatType format) {
    return true;
  }

  @Override
  public <K> AbstractKeyedStateBackend<K> createKeyedStateBackend(
      KeyedStateBackendParameters<K> parameters) throws IOException {
    OpaqueMemoryResource<SlotEngine> engine =
        SlotEngine.lease(settings, parameters.getEnv(), parameters.getManagedMemoryFraction());
    try {
      return new KeyedBackendBuilder<>(
              parameters,
              engine,
              isIncremental,
              latencyTrackingConfigBuilder.setMetricGroup(parameters.getMetricGroup()).build(),
              sizeTrackingConfigBuilder.setMetricGroup(parameters.getMetricGroup()).build(),
              getCompressionDecorator(parameters.getEnv().getExecutionConfig()))
          .build();
    } catch (Throwable e) {
      KeyedBackendBuilder.release(engine, e);
      throw e;
    }
  }

  @Override
  public OperatorStateBackend createOperatorStateBackend(OperatorStateBackendParameters parameters)
      throws BackendBuildingException {
    Environment environment = parameters.getEnv();
    return new DefaultOperatorStateBackendBuilder(
            environment.getUserCodeClassLoader().asClassLoader(),
            environment.getExecutionConfig(),
            true,
            parameters.getStateHandles(),
            parameters.getCancelStreamRegistry())
        .build();
  }

  @Override
  public String toString() {
    return "FlinkStateBackend[settings=" + settings + ", isIncremental=" + isIncremental + "]";
  }
}
