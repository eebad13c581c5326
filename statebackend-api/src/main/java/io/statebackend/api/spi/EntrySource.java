// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.BinaryInput;

/**
 * Entries in the form that {@link EntryCursor} describes, to be loaded into a table.
 *
 * <p>The inputs are windows on a shared buffer. They are valid until the next call of {@link
 * #next()} and can be read once: each call returns the same object, at the position to which it was
 * read. Engines that keep bytes copy them, and all others deserialize. Not thread-safe.
 */
public interface EntrySource {

  /**
   * Moves to the next entry.
   *
   * @return {@code false} if there is none
   * @throws io.statebackend.api.CorruptStateException if stored bytes are damaged
   * @throws io.statebackend.api.StateIoException if reading failed
   */
  boolean next();

  /**
   * Returns the number of entries to expect in all, pages of lists and maps counted one by one.
   *
   * @return a number for sizing tables, 0 or more
   */
  long entryCount();

  /**
   * Returns the bytes of the key.
   *
   * @return a window on exactly the key
   */
  BinaryInput key();

  /**
   * Returns the bytes of the namespace.
   *
   * @return a window on exactly the namespace
   */
  BinaryInput namespace();

  /**
   * Returns the bytes of the value or page.
   *
   * @return a window on exactly the value or page
   */
  BinaryInput value();
}
