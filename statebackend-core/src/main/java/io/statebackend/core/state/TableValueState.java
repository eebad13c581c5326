// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueState;
import io.statebackend.api.spi.ValueTable;
import org.jspecify.annotations.Nullable;

/** A value state over a table of values. */
final class TableValueState<K, N, V> implements ValueState<V> {
  private final StateScope<K, N> scope;
  private final ValueTable<K, N, V> table;
  private final TypeSerializer<V> serializer;
  private final SerializableCheck<V> check;
  private final @Nullable V defaultValue;

  TableValueState(
      StateScope<K, N> scope,
      ValueTable<K, N, V> table,
      TypeSerializer<V> serializer,
      @Nullable V defaultValue) {
    this.scope = scope;
    this.table = table;
    this.serializer = serializer;
    this.check = new SerializableCheck<>(serializer);
    this.defaultValue = defaultValue;
  }

  @Override
  public @Nullable V value() {
    V value = table.get(scope.key(), scope.namespace());
    return value != null || defaultValue == null ? value : serializer.copy(defaultValue);
  }

  @Override
  public void update(V value) {
    check.checkKept(scope.requireNonNull(value, "value"));
    table.put(scope.key(), scope.namespace(), value);
  }

  @Override
  public void clear() {
    table.clear(scope.key(), scope.namespace());
  }
}
