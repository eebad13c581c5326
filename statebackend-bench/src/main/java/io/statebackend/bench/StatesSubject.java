// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/** A subject that has all kinds of state that are measured. User keys of maps are numbers. */
interface StatesSubject extends Subject {

  /** Opens a state with a map per key. */
  <K, V> MapSubject<K, V> map(Entries<K, V> entries);

  /** Opens a state with a list per key. */
  <K, V> ListSubject<K, V> list(Entries<K, V> entries);

  /** Opens a state with a value per key that reduces by {@link Entries#combine}. */
  <K, V> ReducingSubject<K, V> reducing(Entries<K, V> entries);
}
