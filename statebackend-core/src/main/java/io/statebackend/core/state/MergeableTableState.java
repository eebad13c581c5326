// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.spi.KeyContext;

/**
 * A handle whose namespaces can be merged.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 */
interface MergeableTableState<K, N> {

  /** Moves what is stored under one namespace of a key into another one. */
  void merge(KeyContext<K> key, N target, N source);
}
