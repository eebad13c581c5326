// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import org.jspecify.annotations.Nullable;

/**
 * The other side of a channel has given up: it was closed by its receiver, or failed by its sender,
 * whose error is the cause then.
 */
public final class ChannelClosedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ChannelClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
