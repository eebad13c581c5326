// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * A directory or file is in use by another owner.
 *
 * <p>What to do: stop the other owner, or use another directory.
 */
public final class StateLockedException extends StateException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what was wrong, with the values needed to diagnose it
   */
  public StateLockedException(String message) {
    super(message, null);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message what was wrong, with the values needed to diagnose it
   * @param cause what led to it, or {@code null}
   */
  public StateLockedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
