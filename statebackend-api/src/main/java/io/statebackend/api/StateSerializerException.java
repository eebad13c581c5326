// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * A serializer that a host brought along has failed, for a reason that is neither a mistake of the
 * caller nor damage: thrown by {@link TypeSerializer}s that wrap those of another library, whose
 * errors are checked exceptions for example. What the failed operation was to change is unchanged.
 *
 * <p>What to do: the cause tells what the wrapped serializer refused. Damage is reported as {@link
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
