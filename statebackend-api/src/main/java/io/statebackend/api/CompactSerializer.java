// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * A serializer of values that have a second form on the heap, which takes less memory. An example
 * is the characters of a {@code String} without the object around them. Engines that keep state as
 * objects may keep keys in this form and compare them without creating the values again.
 *
 * <p>A compact form never changes, and it shares nothing mutable with the value. Only the
 * serializer that made it understands it.
 *
 * @param <T> the type of the values
 */
public interface CompactSerializer<T> extends TypeSerializer<T> {

  /**
   * Returns the compact form of a value.
   *
   * @param value the value, not {@code null}
   * @return its compact form, which may be the value itself if no smaller form exists
   */
  Object compact(T value);

  /**
   * Creates the value that a compact form stands for.
   *
   * @param compact a result of {@link #compact}
   * @return a value that is {@link #equal} to the original one
   */
  T expand(Object compact);

  /**
   * Compares a compact form with a value; does not allocate.
   *
   * @param compact a result of {@link #compact}
   * @param value the value, not {@code null}
   * @return whether the value that the form stands for is {@link #equal} to this one
   */
  boolean isCompactOf(Object compact, T value);

  /**
   * Writes the value that a compact form stands for. The default creates the value first.
   *
   * @param compact a result of {@link #compact}
   * @param out receives the bytes
   */
  default void serializeCompact(Object compact, BinaryOutput out) {
    serialize(expand(compact), out);
  }
}
