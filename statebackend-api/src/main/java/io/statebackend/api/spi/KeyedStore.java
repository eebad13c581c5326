// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.util.Optional;

/**
 * The tables of one subtask: what a storage engine implements.
 *
 * <p>The rules an implementer keeps:
 *
 * <ul>
 *   <li>The store and its tables are used by one thread at a time, the owner. Only {@link
 *       FrozenStore} and its cursors are used by others while the owner goes on.
 *   <li>A table is asked for once per name, before anything is loaded into it or written to it.
 *       Names are unique over the three kinds.
 *   <li>A value handed in or out never becomes shared with the caller unless it is immutable
 *       ({@link io.statebackend.api.TypeSerializer#isImmutable()}): whatever the caller changes
 *       afterwards changes neither the table nor a frozen image. The same holds for keys,
 *       namespaces and user keys.
 *   <li>Keys, namespaces and user keys are the same if their serializer says {@code equal}, which
 *       is when their serialized bytes are the same.
 *   <li>What an engine cannot read or write is a {@link io.statebackend.api.StateIoException}, what
 *       it finds damaged a {@link io.statebackend.api.CorruptStateException}, from every method.
 *   <li>{@code null} is never handed in; {@code null} handed out means absent.
 *   <li>After {@link #close()} every method of the store and its tables throws {@link
 *       io.statebackend.api.StateClosedException}. The layer above stops using tables first, so a
 *       table of plain objects need not check; one over native memory must.
 * </ul>
 *
 * @param <K> the type of the keys
 */
public interface KeyedStore<K> extends AutoCloseable {

  /** The answer of tables that do not know how many entries they have. */
  long NOT_COUNTED = -1;

  /**
   * Creates a table of values.
   *
   * @param spec name and serializers
   * @param <N> the type of the namespaces
   * @param <V> the type of the values
   * @return the table; empty, unless native snapshots were restored that have one of its name
   */
  <N, V> ValueTable<K, N, V> valueTable(TableSpec.OfValues<N, V> spec);

  /**
   * Creates a table of lists.
   *
   * @param spec name and serializers
   * @param <N> the type of the namespaces
   * @param <E> the type of the elements
   * @return the table; empty, unless native snapshots were restored that have one of its name
   */
  <N, E> ListTable<K, N, E> listTable(TableSpec.OfLists<N, E> spec);

  /**
   * Creates a table of maps.
   *
   * @param spec name and serializers
   * @param <N> the type of the namespaces
   * @param <U> the type of the user keys
   * @param <V> the type of the values
   * @return the table; empty, unless native snapshots were restored that have one of its name
   */
  <N, U, V> MapTable<K, N, U, V> mapTable(TableSpec.OfMaps<N, U, V> spec);

  /**
   * Inserts entries in bulk while restoring. Values replace, list pages are appended in the order
   * in which they come, map pages are put. May be called several times for the same table and key
   * group.
   *
   * @param table the name of a table that was created
   * @param keyGroup the key group that all the entries belong to
   * @param entries the entries, serialized by the table's serializers
   * @throws io.statebackend.api.StateIoException if the engine cannot store them
   * @throws io.statebackend.api.CorruptStateException if the entries cannot be read
   */
  void load(String table, int keyGroup, EntrySource entries);

  /**
   * Takes an image of all tables as they are now. Synchronous and cheap: the target is under 1 ms
   * whatever the size. Several images may exist at once and be released in any order.
   *
   * @return the image; the caller closes it
   */
  FrozenStore freeze();

  /**
   * Returns the engine's own way of taking snapshots, in increments.
   *
   * @return the engine's snapshots, or nothing if it only knows the portable format
   */
  default Optional<NativeSnapshots> nativeSnapshots() {
    return Optional.empty();
  }

  /**
   * Closes the store and releases all it holds. Waits for, or fails, cursors in use on other
   * threads; images still open are closed. Closing twice does nothing.
   */
  @Override
  void close();
}
