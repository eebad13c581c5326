// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/**
 * A backend under measurement, open and empty. Belongs to one thread.
 *
 * <p>A subject has one state, which it opens when it is asked for. Its operations are what an
 * operator does for one record, from setting the current key on.
 */
interface Subject extends AutoCloseable {

  /** Opens a state with one value per key. */
  <K, V> ValueSubject<K, V> value(Entries<K, V> entries);

  @Override
  void close();
}
