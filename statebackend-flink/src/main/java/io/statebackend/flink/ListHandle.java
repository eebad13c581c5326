// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import static org.apache.flink.util.Preconditions.checkNotNull;

import io.statebackend.api.spi.ListTable;
import java.util.Collection;
import java.util.List;
import org.apache.flink.runtime.state.internal.InternalListState;
import org.jspecify.annotations.Nullable;

/** List state. */
final class ListHandle<K, N, E> extends KeyedState<K, N, List<E>, KeyedLists<K, N, E>>
    implements InternalListState<K, N, E> {

  ListHandle(StateAccess<K> access, KeyedLists<K, N, E> state) {
    super(access, state);
  }

  @Override
  public @Nullable Iterable<E> get() {
    return getInternal();
  }

  @Override
  public @Nullable List<E> getInternal() {
    return state.get(key, namespace());
  }

  @Override
  public void add(E value) {
    checkNotNull(value, "You cannot add null to a ListState.");
    state.lists().add(key, namespace(), value);
  }

  @Override
  public void addAll(List<E> values) {
    checkElements(values);
    if (!values.isEmpty()) {
      state.lists().addAll(key, namespace(), values);
    }
  }

  @Override
  public void update(List<E> values) {
    checkElements(values);
    state.set(key, namespace(), values);
  }

  private static void checkElements(List<?> values) {
    checkNotNull(values, "List of values to add cannot be null.");
    for (Object value : values) {
      checkNotNull(value, "You cannot add null to a ListState.");
    }
  }

  @Override
  public void updateInternal(@Nullable List<E> value) {
    if (value == null) {
      clear();
    } else {
      update(value);
    }
  }

  @Override
  public void mergeNamespaces(N target, Collection<N> sources) {
    ListTable<K, N, E> table = state.lists();
    for (N source : sources) {
      List<E> moved = source == null ? null : state.get(key, source);
      if (moved != null) {
        table.clear(key, source);
        table.addAll(key, target, moved);
      }
    }
  }
}
