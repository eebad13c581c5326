// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * Keyed state that is divided into namespaces, for example one for each window.
 *
 * <pre>{@code
 * counts.in(window).update(1L);
 * }</pre>
 *
 * @param <N> the type of the namespaces
 * @param <S> the type of the state handle
 */
public interface NamespacedState<N, S extends State> {

  /**
   * Returns the handle for a namespace. It refers to this namespace until the next call of this
   * method. It is the same object every time: use it at once and do not keep it.
   *
   * @param namespace the namespace, which stays the caller's
   * @return the handle
   * @throws NullPointerException if the namespace is {@code null}
   */
  S in(N namespace);
}
