// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The common part of all tables: a value, a list or a map is stored for each key and namespace.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 */
public interface Table<K, N> {

  /**
   * Removes the value, the list or the map, if there is one.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   */
  void clear(KeyContext<K> key, N namespace);

  /**
   * Inserts many entries during a restore. A value replaces an existing one, list pages are
   * appended in their order, and map pages are put. This may be called several times for the same
   * key group.
   *
   * @param keyGroup the key group that all the entries belong to
   * @param entries the entries, serialized by the table's serializers
   * @throws io.statebackend.api.StateIoException if the engine cannot store them
   * @throws io.statebackend.api.CorruptStateException if the entries cannot be read
   */
  void load(int keyGroup, EntrySource entries);

  /**
   * Iterates over the live entries of a key group, if the engine supports it. Otherwise the layer
   * above iterates over an image.
   *
   * <p>Only the owner uses the cursor. Between two calls of {@link EntryCursor#next()} it may
   * change the table in any way, and take and release images. It need not close the cursor. These
   * are the promises:
   *
   * <ul>
   *   <li>An entry, an element of a list or a pair of a map that exists from the first call of
   *       {@code next} to the last is returned once or more. What is added or removed meanwhile may
   *       be returned or not.
   *   <li>What is returned was stored at some moment during the iteration, and it may have been
   *       replaced since. Whoever acts on it must look it up first.
   *   <li>The entry is written before the table is changed again; writing it later is an error that
   *       may go unnoticed.
   *   <li>A step costs no more than reading what it returns, or a bounded number of other entries,
   *       whatever the size of the table.
   *   <li>If the table does not change meanwhile, each entry is returned exactly once, and the
   *       pages of a list or map come in a row.
   * </ul>
   *
   * @param keyGroup a key group of the store
   * @return a cursor before the first entry; or {@code null}, which is the default
   */
  default @Nullable EntryCursor walk(int keyGroup) {
    return null;
  }

  /**
   * Returns the namespaces of a key that have something stored, if the engine finds them faster
   * than by {@linkplain #walk iterating} over the key group. Otherwise the layer above does that.
   *
   * @param key the key; read during this call only
   * @return the namespaces, each once, in any order, or {@code null}, which is the default
   */
  default @Nullable List<N> namespaces(KeyContext<K> key) {
    return null;
  }

  /**
   * Returns the number of values, lists or maps, if the engine keeps count. Otherwise the layer
   * above counts in an image.
   *
   * @return the exact number of pairs of key and namespace that something is stored under, or
   *     {@link KeyedStore#NOT_COUNTED}, which is the default
   */
  default long entryCount() {
    return KeyedStore.NOT_COUNTED;
  }
}
