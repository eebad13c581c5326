// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import org.jspecify.annotations.Nullable;

/**
 * The rule of builders that a setting is set only once, so that no call silently undoes another
 * one.
 *
 * <pre>{@code
 * public Builder retain(int retained) {
 *   this.retained = Once.set("retain", this.retained, retained);
 *   return this;
 * }
 * }</pre>
 */
public final class Once {
  private Once() {}

  /**
   * Checks that a setting was not set before.
   *
   * @param <T> its type
   * @param setter the method that sets it, for the message
   * @param before the value that it has, {@code null} if it was not set
   * @param now the value that it gets
   * @return {@code now}
   * @throws IllegalStateException if it has a value already, even the same one
   */
  public static <T> T set(String setter, @Nullable T before, T now) {
    if (before != null) {
      throw new IllegalStateException(
          "%s is set twice: first=%s, now=%s; leave out one of the two calls"
              .formatted(setter, before, now));
    }
    return now;
  }
}
