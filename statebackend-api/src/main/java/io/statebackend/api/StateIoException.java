// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * Reading or writing a file failed.
 *
 * <p>What to do: retry, or fail over. Nothing that was reported complete before is affected.
 */
public final class StateIoException extends StateException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the error.
   *
   * @param message what was wrong, with the values needed to diagnose it
   */
  public StateIoException(String message) {
    super(message, null);
  }

  /**
   * Creates the error with its cause.
   *
   * @param message what was wrong, with the values needed to diagnose it
   * @param cause what led to it, or {@code null}
   */
  public StateIoException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
