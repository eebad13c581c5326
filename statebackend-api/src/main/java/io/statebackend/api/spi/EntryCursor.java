// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.BinaryOutput;

/**
 * Iterates over the entries of a frozen table in serialized form.
 *
 * <p>An entry is a key, a namespace, and
 *
 * <ul>
 *   <li>in a table of values, the value as its serializer writes it;
 *   <li>in a table of lists, a page: one or more elements in order, each written by {@link
 *       Field#write}. A list is one page or several in a row;
 *   <li>in a table of maps, a page: one or more pairs of user key and value, each written by {@link
 *       Field#write}. A map is one page or several in a row.
 * </ul>
 *
 * <p>The pages of large lists and maps have about {@value #PAGE_SIZE_BYTES} bytes at most, so that
 * a reader needs bounded memory. The order of entries is the engine's. Not thread-safe.
 */
public interface EntryCursor extends AutoCloseable {

  /** A page of a list or map ends when it reaches this size, in bytes. */
  int PAGE_SIZE_BYTES = 64 << 10;

  /**
   * Moves to the next entry.
   *
   * @return {@code false} if there is none
   * @throws io.statebackend.api.StateClosedException if the image or the cursor was closed and the
   *     entry is gone
   * @throws io.statebackend.api.CorruptStateException if stored bytes are damaged
   */
  boolean next();

  /**
   * Writes the key of the entry, as its serializer does. May be called any number of times.
   *
   * @param out receives the bytes
   */
  void writeKey(BinaryOutput out);

  /**
   * Writes the namespace of the entry, as its serializer does. May be called any number of times.
   *
   * @param out receives the bytes
   */
  void writeNamespace(BinaryOutput out);

  /**
   * Writes the value, or the page, of the entry. Called once per entry at most.
   *
   * @param out receives the bytes
   */
  void writeValue(BinaryOutput out);

  /**
   * Writes entries that follow the one whose value was just written, and moves past them. This is
   * for engines that can write many small entries faster than one by one. It is called only if
   * keys, namespaces and values all have a fixed length. Each entry is written as key, namespace
   * and value, one after the other. The default writes none, and {@link #next} continues with the
   * following entry.
   *
   * @param out receives the bytes
   * @param bytesMax how many bytes to write, more than 0; the last entry may exceed it
   * @return the number of entries written, 0 or more; 0 does not mean that there are no more
   */
  default int writeFollowing(BinaryOutput out, int bytesMax) {
    return 0;
  }

  /** Closes the cursor. The default does nothing. Closing twice does nothing. */
  @Override
  default void close() {}
}
