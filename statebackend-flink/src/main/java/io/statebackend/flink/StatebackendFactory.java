// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.runtime.state.StateBackendFactory;

/**
 * Makes the state backend that a configuration asks for. To use it, set {@code state.backend.type}
 * to the name of this class.
 */
public final class StatebackendFactory implements StateBackendFactory<FlinkStateBackend> {

  /** Creates a factory; Flink does. */
  public StatebackendFactory() {}

  /**
   * {@inheritDoc}
   *
   * @throws org.apache.flink.configuration.IllegalConfigurationException if an option has a value
   *     out of its range
   */
  @Override
  public FlinkStateBackend createFromConfig(ReadableConfig config, ClassLoader classLoader) {
    return new FlinkStateBackend().configure(config, classLoader);
  }
}
