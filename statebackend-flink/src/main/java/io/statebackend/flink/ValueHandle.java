// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import org.apache.flink.runtime.state.internal.InternalValueState;
import org.jspecify.annotations.Nullable;

/** Value state. */
final class ValueHandle<K, N, V> extends KeyedState<K, N, V, KeyedValues<K, N, V>>
    implements InternalValueState<K, N, V> {

  /** Null if there is none. Copied whenever it is given out. */
  private final @Nullable V defaultValue;

  ValueHandle(StateAccess<K> access, KeyedValues<K, N, V> state, @Nullable V defaultValue) {
    super(access, state);
    this.defaultValue = defaultValue;
  }

  @Override
  public @Nullable V value() {
    V value = state.values().get(key, namespace());
    if (value != null || defaultValue == null) {
      return value;
    }
    return getValueSerializer().copy(defaultValue);
  }

  @Override
  public void update(@Nullable V value) {
    if (value == null) {
      clear();
    } else {
      state.values().put(key, namespace(), value);
    }
  }
}
