// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

/**
 * Iterates over the entries of a map, in any order.
 *
 * @param <U> the type of the user keys
 * @param <V> the type of the values
 */
interface MapWalk<U, V> {

  /** Moves to the next entry; returns false if there is none. */
  boolean next();

  U key();

  V value();
}
