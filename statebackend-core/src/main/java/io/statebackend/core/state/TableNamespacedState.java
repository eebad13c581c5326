// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.NamespacedState;
import io.statebackend.api.State;

/** A handle together with the scope that it speaks of. */
final class TableNamespacedState<N, S extends State> implements NamespacedState<N, S> {
  private final StateScope<?, N> scope;
  private final S handle;

  TableNamespacedState(StateScope<?, N> scope, S handle) {
    this.scope = scope;
    this.handle = handle;
  }

  StateScope<?, N> scope() {
    return scope;
  }

  S handle() {
    return handle;
  }

  @Override
  public S in(N namespace) {
    scope.moveTo(namespace);
    return handle;
  }
}
