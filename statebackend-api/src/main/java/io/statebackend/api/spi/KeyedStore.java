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
 *   <li>After {@link #close()} of a backend, store, image or cursor a call answers as it did
 *       before, or throws {@link io.statebackend.api.StateClosedException}; it never answers wrong,
 *       as a cursor would that just ended. What holds nothing but heap need not check at all:
 *       handles are closed by the layer above. What holds files or native memory must.
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
   * Drops a table, with all that is in it. May be called at any time for any table of the store, be
   * it created or restored from native snapshots. Images taken before still have it. The table must
   * not be used any more; its name is free, and a table that is created under it is empty, of any
   * kind and any serializers.
   *
   * <p>An engine that answers {@code false}, as by default, cannot drop tables. The layer above
   * then removes the entries one by one, and uses the empty table again.
   *
   * @param table the name of the table
   * @return whether the table is dropped; {@code true} also if there is none of that name
   */
  default boolean drop(String table) {
    return false;
  }

  /**
   * Takes an image of all tables as they are now, for a snapshot. Synchronous and cheap: the target
   * is under 1 ms whatever the size. Several images may exist at once and be released in any order.
   *
   * @return the image; the caller closes it
   */
  FrozenStore freeze();

  /**
   * Takes an image for a purpose; otherwise as {@link #freeze()}, which is what it does by default.
   * An engine that prepares anything for {@link NativeSnapshots#write} leaves it out if the image
   * is only to be read.
   *
   * @param purpose what the image is for
   * @return the image; the caller closes it
   */
  default FrozenStore freeze(FreezePurpose purpose) {
    return freeze();
  }

  /**
   * Returns the engine's own way of taking snapshots, in increments. Asking for it changes nothing:
   * it is the same object each time, whether it is ever used or not.
   *
   * @return the engine's snapshots, or nothing if it only knows the portable format
   */
  default Optional<NativeSnapshots> nativeSnapshots() {
    return Optional.empty();
  }

  /**
   * Closes the store and releases all it holds, images that are still open among it. Waits for
   * cursors in use on other threads, or makes them fail. Closing twice does nothing.
   */
  @Override
  void close();
}
