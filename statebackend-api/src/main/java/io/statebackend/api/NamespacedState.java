// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * Keyed state divided into namespaces, one per window for example.
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
   * Returns the handle, speaking of a namespace from now until the next call of this method. It is
   * the same object every time: use it at once and do not keep it.
   *
   * @param namespace the namespace
   * @return the handle
   * @throws NullPointerException if the namespace is {@code null}
   */
  S in(N namespace);
}
