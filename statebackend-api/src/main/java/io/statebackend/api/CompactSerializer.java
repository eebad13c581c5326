// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * A serializer of values that have another form on the heap which takes less memory, such as the
 * characters of a {@code String} without the object around them. Engines that keep state as objects
 * may keep keys in that form, and compare them without making the values again.
 *
 * <p>A compact form never changes, and shares nothing with the value that can change. It means
 * something to the serializer that made it only.
 *
 * @param <T> the type of the values
 */
public interface CompactSerializer<T> extends TypeSerializer<T> {

  /**
   * Returns the compact form of a value.
   *
   * @param value the value
   * @return its compact form, which may be the value itself if there is none that is smaller
   */
  Object compact(T value);

  /**
   * Makes the value that a compact form stands for.
   *
   * @param compact a result of {@link #compact}
   * @return a value that is {@link #equal} to the one it was made of
   */
  T expand(Object compact);

  /**
   * Compares a compact form with a value; does not allocate.
   *
   * @param compact a result of {@link #compact}
   * @param value a value
   * @return whether the value that the form stands for is {@link #equal} to this one
   */
  boolean isCompactOf(Object compact, T value);

  /**
   * Writes the value that a compact form stands for; by default by making the value.
   *
   * @param compact a result of {@link #compact}
   * @param out where to
   */
  default void serializeCompact(Object compact, BinaryOutput out) {
    serialize(expand(compact), out);
  }
}
