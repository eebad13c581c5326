// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.concurrent.Callable;

/** Turns the checked exceptions of Flink into one that is not. */
final class FlinkCalls {
  private FlinkCalls() {}

  static <T> T unchecked(Callable<T> call) {
    try {
      return call.call();
    } catch (Exception e) {
      throw failed(e);
    }
  }

  static IllegalStateException failed(Exception cause) {
    if (cause instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return new IllegalStateException("Flink failed: " + cause.getMessage(), cause);
  }
}
