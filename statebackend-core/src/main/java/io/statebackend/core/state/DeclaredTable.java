// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.snapshot.StateMeta;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;

/**
 * A table of the store, with what can be done to it whatever its kind.
 *
 * @param meta what the state is
 * @param spec what the table was created from
 * @param table the table, of the kind that the specification says
 * @param remover removes what is stored under a key and namespace
 * @param counter counts pairs of key and namespace
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 */
record DeclaredTable<K, N>(
    StateMeta meta,
    TableSpec<N> spec,
    Object table,
    BiConsumer<KeyContext<K>, N> remover,
    LongSupplier counter) {

  boolean hasNamespaces() {
    return spec.namespaceSerializer().fixedLength() != 0;
  }
}
