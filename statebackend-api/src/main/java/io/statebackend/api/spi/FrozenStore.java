// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * An image of a store that does not change. Other threads may read it while the owner continues to
 * write.
 *
 * <p>Thread-safe. Holding an image costs the engine memory in proportion to what the owner changes
 * meanwhile.
 */
public interface FrozenStore extends AutoCloseable {

  /**
   * Returns the entries of one table and key group. Each cursor belongs to one thread; several may
   * be open at once.
   *
   * @param table the name of a table of the store that existed when the image was taken, created or
   *     restored from native snapshots
   * @param keyGroup a key group of the store
   * @return a cursor before the first entry; the caller closes it
   * @throws io.statebackend.api.StateClosedException if the image is closed and has released
   *     anything
   */
  EntryCursor entries(String table, int keyGroup);

  /**
   * Returns a value of the image. Any thread may call it, each with a key context of its own. The
   * default reads all entries of the key group.
   *
   * @param table what the table was created from
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param <N> the type of the namespaces
   * @param <V> the type of the values
   * @return the value, which belongs to the caller, or {@code null} if there is none
   * @throws io.statebackend.api.StateClosedException as {@link #entries}
   */
  default <N, V> @Nullable V get(TableSpec.OfValues<N, V> table, KeyContext<?> key, N namespace) {
    AtomicReference<@Nullable V> found = new AtomicReference<>();
    ImageScan.pages(
        this, table, key, namespace, page -> found.set(table.valueSerializer().deserialize(page)));
    return found.get();
  }

  /**
   * Returns a list of the image; otherwise as {@link #get(TableSpec.OfValues, KeyContext, Object)}.
   *
   * @param table what the table was created from
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param <N> the type of the namespaces
   * @param <E> the type of the elements
   * @return the elements in order in a new list; empty if there is no list
   */
  default <N, E> List<E> get(TableSpec.OfLists<N, E> table, KeyContext<?> key, N namespace) {
    List<E> elements = new ArrayList<>();
    ImageScan.pages(
        this,
        table,
        key,
        namespace,
        page -> elements.addAll(Field.readAll(table.elementSerializer(), page)));
    return elements;
  }

  /**
   * Returns a value of a map of the image; otherwise as {@link #get(TableSpec.OfValues, KeyContext,
   * Object)}.
   *
   * @param table what the table was created from
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param userKey the key within the map
   * @param <N> the type of the namespaces
   * @param <U> the type of the user keys
   * @param <V> the type of the values
   * @return the value, the caller's to change, or {@code null} if there is none
   */
  default <N, U, V> @Nullable V get(
      TableSpec.OfMaps<N, U, V> table, KeyContext<?> key, N namespace, U userKey) {
    AtomicReference<@Nullable V> found = new AtomicReference<>();
    ImageScan.pages(
        this,
        table,
        key,
        namespace,
        page -> {
          while (page.remaining() > 0) {
            U there = Field.read(table.userKeySerializer(), page);
            V value = Field.read(table.valueSerializer(), page);
            if (table.userKeySerializer().equal(there, userKey)) {
              found.set(value);
            }
          }
        });
    return found.get();
  }

  /**
   * Releases the image. Any thread may call this, even while cursors are in use. They then continue
   * to the end of the image, or throw {@link io.statebackend.api.StateClosedException}. Closing
   * twice does nothing. The default does nothing at all, for images that the garbage collector
   * releases.
   */
  @Override
  default void close() {}
}
