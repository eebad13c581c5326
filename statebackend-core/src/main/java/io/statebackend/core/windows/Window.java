// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.windows;

import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;

/**
 * A range of time.
 *
 * @param start its first millisecond
 * @param end the millisecond after its last one, later than the start
 */
public record Window(long start, long end) {
  private static final TypeSerializer<Window> SERIALIZER = Serializers.record(Window.class);

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if it is empty
   */
  public Window {
    if (start >= end) {
      throw new IllegalArgumentException("window is empty: start=%d, end=%d".formatted(start, end));
    }
  }

  /**
   * Returns the serializer of windows, as namespaces for example.
   *
   * @return the serializer, shared and thread-safe
   */
  public static TypeSerializer<Window> serializer() {
    return SERIALIZER;
  }

  /** Tells whether the other window overlaps this one or begins where it ends. */
  boolean touches(Window other) {
    return start <= other.end && other.start <= end;
  }

  /** Returns the smallest window that contains both. */
  Window cover(Window other) {
    return new Window(Math.min(start, other.start), Math.max(end, other.end));
  }
}
