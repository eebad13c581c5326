// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * A serializer of another library has failed, for a reason that is neither a mistake of the caller
 * nor damage. {@link TypeSerializer}s that wrap the serializers of another library throw it, for
 * example because that library's errors are checked exceptions. The failed operation has changed
 * nothing.
 *
 * <p>What to do: the cause says what the wrapped serializer refused. Damage is reported as {@link
 * CorruptStateException} instead.
 */
public final class StateSerializerException extends StateException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message which type was written or read, and what failed
   * @param cause what the wrapped serializer has thrown
   */
  public StateSerializerException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
