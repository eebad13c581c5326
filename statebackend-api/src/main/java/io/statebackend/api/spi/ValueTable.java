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
   * @param key the key
   * @param namespace the namespace
   * @return the value, the caller's to change, or {@code null} if there is none
   */
  @Nullable V get(KeyContext<K> key, N namespace);

  /**
   * Stores a value in place of the one that may be there.
   *
   * @param key the key
   * @param namespace the namespace
   * @param value the value, which stays the caller's
   */
  void put(KeyContext<K> key, N namespace, V value);

  /**
   * Replaces the value by what a function makes of it, with one lookup where the engine can. By
   * default the value is got and put.
   *
   * <p>An engine may lend the function its own object instead of a copy, but never one that an
   * image shares: the function may change it, and give it back or another one, but not keep it. If
   * the function throws, the value stays as it is, but for what the function has changed within an
   * object that was lent. Within a call the function may use other tables of the store, but not
   * this one, and takes no image.
   *
   * @param key the key
   * @param namespace the namespace
   * @param function is given the value, or {@code null} if there is none, and the argument; returns
   *     the value to store, or {@code null} to remove it
   * @param argument what the function is given besides, so that it need not be made for each call
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
   * Makes the value to store of the one that is stored.
   *
   * @param <V> the type of the values
   * @param <A> the type of the argument
   */
  @FunctionalInterface
  interface Function<V, A> {

    /**
     * Returns the value to store.
     *
     * @param current the value, which may be the engine's own: to be changed, but not kept; {@code
     *     null} if there is none
     * @param argument what the caller of {@link ValueTable#update} gave
     * @return the same value or another one, or {@code null} for none
     */
    @Nullable V apply(@Nullable V current, A argument);
  }
}
