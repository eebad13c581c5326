// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * A serializer of values that can be expressed as a number of at most 64 bits, such as {@code
 * Long}, {@code Integer}, {@code Double} or an identifier wrapped in a class. Engines may keep such
 * values in {@code long[]} columns instead of objects.
 *
 * <p>{@link #toLong} and {@link #fromLong} are thread-safe, whatever {@link #duplicate} says of the
 * other methods; a duplicate is encoded as numbers too.
 *
 * <p>{@code fromLong(toLong(v))} is {@link #equal} to {@code v}, and two values are {@link #equal}
 * if and only if their numbers are.
 *
 * @param <T> the type of the values, which are immutable
 */
public interface LongEncodedSerializer<T> extends TypeSerializer<T> {

  /**
   * Returns the number that stands for a value.
   *
   * @param value the value, not {@code null}
   * @return its number
   */
  long toLong(T value);

  /**
   * Returns the value that a number stands for.
   *
   * @param number a result of {@link #toLong}
   * @return the value
   */
  T fromLong(long number);

  /**
   * Writes the value that a number stands for. The default creates the value first.
   *
   * @param number a result of {@link #toLong}
   * @param out receives the bytes
   */
  default void serializeLong(long number, BinaryOutput out) {
    serialize(fromLong(number), out);
  }

  /**
   * Tells whether the serialized form is the number itself: 8 bytes, the highest first. Engines
   * then read and write values without the serializer.
   *
   * @return {@code true} if it is, for every value
   */
  default boolean isBigEndianLong() {
    return false;
  }

  @Override
  default boolean isImmutable() {
    return true;
  }

  @Override
  default boolean equal(T a, T b) {
    return toLong(a) == toLong(b);
  }

  /** {@inheritDoc} Here it is {@link StableHash#ofLong} of the number, and nothing else. */
  @Override
  default long stableHash(T value) {
    return StableHash.ofLong(toLong(value));
  }
}
