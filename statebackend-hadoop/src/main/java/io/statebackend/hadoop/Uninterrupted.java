// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Calls that interrupts wait for. An interrupted call of a file system would leave open what became
 * of it, and what is to clean up after it would be interrupted too.
 */
final class Uninterrupted {
  private Uninterrupted() {}

  /** A call of a file system. */
  interface Call<T> {
    T run() throws IOException;
  }

  /** A call of a file system without an answer. */
  interface Step {
    void run() throws IOException;
  }

  static <T> T get(Call<T> call) throws IOException {
    boolean wasInterrupted = Thread.interrupted();
    try {
      return call.run();
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static void run(Step step) throws IOException {
    Object unused =
        get(
            () -> {
              step.run();
              return step;
            });
  }

  /** Waits; an interrupt is kept and ends nothing. */
  static void sleep(long millis) {
    boolean wasInterrupted = Thread.interrupted();
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      wasInterrupted = true;
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Keeps the interrupt that an error tells of: not all of Hadoop's code does. */
  static void keep(IOException e) {
    boolean isTimeout = e instanceof java.net.SocketTimeoutException;
    if ((e instanceof InterruptedIOException && !isTimeout)
        || e instanceof ClosedByInterruptException) {
      Thread.currentThread().interrupt();
    }
  }
}
