// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * The root of the errors that are not mistakes in the calling code.
 *
 * <p>Mistakes in the calling code are reported as {@link IllegalArgumentException}, {@link
 * IllegalStateException} and {@link NullPointerException}.
 */
public abstract sealed class StateException extends RuntimeException
    permits CorruptStateException,
        IncompatibleStateException,
        StateClosedException,
        StateIoException,
        StateLockedException,
        StateSerializerException {
  private static final long serialVersionUID = 1L;

  StateException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
