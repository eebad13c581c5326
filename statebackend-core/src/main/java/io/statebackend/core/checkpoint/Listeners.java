// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of a coordinator. They are called one after the other, even if one throws.
 *
 * @param listeners the listeners, in their order
 */
record Listeners(List<CheckpointListener> listeners) {
  private static final Logger logger = LoggerFactory.getLogger(Listeners.class);

  Listeners {
    listeners = List.copyOf(listeners);
  }

  void tell(Consumer<CheckpointListener> event) {
    for (CheckpointListener listener : listeners) {
      try {
        event.accept(listener);
      } catch (Throwable e) {
        logger.warn("a checkpoint listener failed: {}", listener.getClass().getName(), e);
      }
    }
  }
}
