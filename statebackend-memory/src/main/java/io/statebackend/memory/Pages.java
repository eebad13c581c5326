// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryOutput;

/**
 * Serializes the values of one key after the other, each in one page or several.
 *
 * @param <V> what is stored
 */
interface Pages<V> {

  /** Begins with the pages of what is stored where a walk stands. There is one at least. */
  void begin(EntryWalk<?, ?, V> walk);

  /** Tells whether another page is to be written. */
  boolean hasNext();

  /** Writes the next page. */
  void write(BinaryOutput out);
}
