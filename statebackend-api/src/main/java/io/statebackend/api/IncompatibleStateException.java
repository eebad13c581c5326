// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * Stored state and running code do not match: a format or a serializer is too new, too old or
 * different.
 *
 * <p>What to do: the message names the state and the difference; migrate, or run the version that
 * wrote the state. The stored state is untouched.
 */
public final class IncompatibleStateException extends StateException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what was wrong, with the values needed to diagnose it
   */
  public IncompatibleStateException(String message) {
    super(message, null);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message what was wrong, with the values needed to diagnose it
   * @param cause what led to it, or {@code null}
   */
  public IncompatibleStateException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
