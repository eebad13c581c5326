// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import org.jspecify.annotations.Nullable;

/**
 * One value per key and namespace.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 * @param <V> the type of the values
 */
public interface ValueTable<K, N, V> extends Table<K, N> {

  /**
   * Returns the value.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @return the value, which belongs to the caller, or {@code null} if there is none
   */
  @Nullable V get(KeyContext<K> key, N namespace);

  /**
   * Stores a value and replaces an existing one.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param value the value, which stays the caller's
   */
  void put(KeyContext<K> key, N namespace, V value);

  /**
   * Replaces the value by the result of a function, with one lookup if the engine supports it. The
   * default gets the value and puts the result.
   *
   * <p>An engine may pass its own object to the function instead of a copy, but never an object
   * that an image shares. The function may change it and return it, or return another one, but it
   * must not keep it. If the function throws, the value stays as it is, except for changes that the
   * function made within the engine's object. The function may use other tables of the store, but
   * not this one, and it must not take an image.
   *
   * @param key the key; read during this call only
   * @param namespace the namespace within the key
   * @param function gets the value, or {@code null} if there is none, and the argument; returns the
   *     value to store, or {@code null} to remove it
   * @param argument the second argument of the function, so that no new function is needed for each
   *     call
   * @param <A> the type of the argument
   */
  default <A> void update(KeyContext<K> key, N namespace, Function<V, A> function, A argument) {
    V current = get(key, namespace);
    V changed = function.apply(current, argument);
    if (changed != null) {
      put(key, namespace, changed);
    } else if (current != null) {
      clear(key, namespace);
    }
  }

  /**
   * Computes the value to store from the stored one.
   *
   * @param <V> the type of the values
   * @param <A> the type of the argument
   */
  @FunctionalInterface
  interface Function<V, A> {

    /**
     * Returns the value to store.
     *
     * @param current the value, or {@code null} if there is none; it may be the engine's own
     *     object, which may be changed but not kept
     * @param argument the argument that the caller passed to {@link ValueTable#update}
     * @return the same value or another one, or {@code null} for none
     */
    @Nullable V apply(@Nullable V current, A argument);
  }
}
