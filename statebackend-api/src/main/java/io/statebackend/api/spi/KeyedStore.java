// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.util.Optional;

/**
 * The tables of one subtask: what a storage engine implements.
 *
 * <p>The rules an implementer keeps:
 *
 * <ul>
 *   <li>One thread at a time uses the store and its tables: the owner. Other threads use only
 *       {@link FrozenStore} and its cursors while the owner continues.
 *   <li>A table is asked for once per name, before anything is loaded into it or written to it.
 *       Names are unique over the three kinds.
 *   <li>A value that is passed in or returned is never shared with the caller unless it is
 *       immutable ({@link io.statebackend.api.TypeSerializer#isImmutable()}): if the caller changes
 *       it afterwards, neither the table nor a frozen image changes. The same holds for keys,
 *       namespaces and user keys.
 *   <li>Keys, namespaces and user keys are the same if their serializer says {@code equal}, which
 *       is when their serialized bytes are the same.
 *   <li>Every method throws a {@link io.statebackend.api.StateIoException} if the engine cannot
 *       read or write, and a {@link io.statebackend.api.CorruptStateException} if it finds damage.
 *   <li>{@code null} is never passed in. A returned {@code null} means absent.
 *   <li>After {@link #close()} of a backend, store, image or cursor a call answers as before or
 *       throws {@link io.statebackend.api.StateClosedException}. It never gives a wrong answer,
 *       such as a cursor that just ends. An engine that holds only heap memory need not check,
 *       because the layer above closes the handles. An engine that holds files or native memory
 *       must check.
 * </ul>
 *
 * @param <K> the type of the keys
 */
public interface KeyedStore<K> extends AutoCloseable {

  /** The result of tables that do not know how many entries they have. */
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
   * Drops a table with its content. It may be called at any time for any table of the store,
   * whether it was created or restored from native snapshots. Images that were taken before still
   * contain it. The table must not be used any more. Its name is free, and a table that is created
   * under this name is empty and may have any kind and any serializers.
   *
   * <p>An engine that returns {@code false}, as the default does, cannot drop tables. The layer
   * above then removes the entries one by one, and uses the empty table again.
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
   * Takes an image for a purpose. Otherwise it is like {@link #freeze()}, which the default calls.
   * An engine that prepares anything for {@link NativeSnapshots#write} leaves that out if the image
   * will only be read.
   *
   * @param purpose what the image is for
   * @return the image; the caller closes it
   */
  default FrozenStore freeze(FreezePurpose purpose) {
    return freeze();
  }

  /**
   * Returns the engine's own incremental snapshots. Calling this changes nothing: it returns the
   * same object each time, whether it is ever used or not.
   *
   * @return the engine's snapshots, or empty if it only supports the portable format
   */
  default Optional<NativeSnapshots> nativeSnapshots() {
    return Optional.empty();
  }

  /**
   * Closes the store and releases everything it holds, including images that are still open. Waits
   * for cursors in use on other threads, or makes them fail. Closing twice does nothing.
   */
  @Override
  void close();
}
