// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.api.TypeSerializer;

/**
 * What is stored: the types of keys and values, and how both are made from numbers. Every call
 * makes a new object, as a program gets it that has just read a record.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
interface Entries<K, V> {

  Class<K> keyClass();

  Class<V> valueClass();

  TypeSerializer<K> keySerializer();

  TypeSerializer<V> valueSerializer();

  /** Returns the key with a number; different ones for different numbers. */
  K key(long number);

  /** Returns a value made from a number. */
  V value(long number);

  /** Combines two values as an operator would that adds up; the result is a new object. */
  V combine(V stored, V added);

  /** Reads something of a value, as an operator does: it has no use for a reference alone. */
  long read(V value);

  /** Returns an endless cursor over the keys with the given numbers, again and again. */
  KeyCursor<K> cursor(int[] numbers);
}
