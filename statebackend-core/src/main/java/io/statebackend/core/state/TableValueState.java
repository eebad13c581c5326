// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueState;
import io.statebackend.api.spi.ValueTable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A value state over a table of values. */
final class TableValueState<K, N, V> implements ValueState<V> {
  private final StateScope<K, N> scope;
  private final ValueTable<K, N, V> table;
  private final TypeSerializer<V> serializer;
  private final SerializableCheck<V> check;
  private final @Nullable V defaultValue;

  /** Applies what it is given as argument. */
  private final ValueTable.Function<V, UnaryOperator<@Nullable V>> updating;

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
    this.updating = (current, function) -> checked(function.apply(orDefault(current)));
  }

  @Override
  public @Nullable V value() {
    return orDefault(table.get(scope.key(), scope.namespace()));
  }

  private @Nullable V checked(@Nullable V value) {
    if (value != null) {
      check.checkKept(value);
    }
    return value;
  }

  private @Nullable V orDefault(@Nullable V value) {
    return value != null || defaultValue == null ? value : serializer.copy(defaultValue);
  }

  @Override
  public void update(V value) {
    check.checkKept(scope.requireNonNull(value, "value"));
    table.put(scope.key(), scope.namespace(), value);
  }

  @Override
  public void update(UnaryOperator<@Nullable V> function) {
    table.update(
        scope.key(), scope.namespace(), updating, scope.requireNonNull(function, "function"));
  }

  @Override
  public void clear() {
    table.clear(scope.key(), scope.namespace());
  }
}
