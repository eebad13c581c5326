// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.spi.Table;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.core.snapshot.StateMeta;

/**
 * A table of the store, and what it was created from.
 *
 * @param meta what the state is
 * @param spec what the table was created from
 * @param table the table, of the kind that the specification says
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 */
record DeclaredTable<K, N>(StateMeta meta, TableSpec<N> spec, Table<K, N> table) {

  boolean hasNamespaces() {
    return spec.namespaceSerializer().fixedLength() != 0;
  }
}
