// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * Something was used after it was closed.
 *
 * <p>What to do: open it again, or stop using it.
 */
public final class StateClosedException extends StateException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what was wrong, with the values needed to diagnose it
   */
  public StateClosedException(String message) {
    super(message, null);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message what was wrong, with the values needed to diagnose it
   * @param cause what led to it, or {@code null}
   */
  public StateClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
