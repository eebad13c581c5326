// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import org.jspecify.annotations.Nullable;

/** The rule of builders that a setting is set once, so that no call silently undoes another one. */
final class Once {
  private Once() {}

  /**
   * Sets a setting.
   *
   * @return the new value
   * @throws IllegalStateException if it has a value already
   */
  static <T> T set(String name, @Nullable T before, T now) {
    if (before != null) {
      throw new IllegalStateException(
          "%s is set twice: first=%s, now=%s".formatted(name, before, now));
    }
    return now;
  }
}
