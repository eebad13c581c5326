// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.spi.KeyContext;
import io.statebackend.core.host.HostedStore;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;

/** What all handles of a backend use: the store and its current key. */
final class StateAccess<K> {
  private final HostedStore<K> store;
  private final TypeSerializer<K> keySerializer;
  private final KeyContext<K> key;
  private final Thread owner = Thread.currentThread();

  StateAccess(HostedStore<K> store, TypeSerializer<K> keySerializer) {
    this.store = store;
    this.keySerializer = keySerializer;
    this.key = store.newContext();
  }

  HostedStore<K> store() {
    return store;
  }

  TypeSerializer<K> keySerializer() {
    return keySerializer;
  }

  /** Returns the cursor on the current key. */
  KeyContext<K> key() {
    return key;
  }

  /** Returns a cursor on another key, which leaves the current one alone. */
  KeyContext<K> contextOf(K otherKey) {
    KeyContext<K> context = store.newContext();
    context.set(
        otherKey,
        KeyGroupRangeAssignment.assignToKeyGroup(otherKey, store.spec().maxParallelism()));
    return context;
  }

  /**
   * Refuses all threads but the one that has made the backend: no engine lets others read its live
   * tables.
   */
  void checkOwner(String state) {
    if (Thread.currentThread() != owner) {
      throw new UnsupportedOperationException(
          ("queryable state is not supported, as state is read by its task only: state='%s',"
                  + " caller=%s; send what is to be seen to a sink")
              .formatted(state, Thread.currentThread().getName()));
    }
  }
}
