// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.ListState;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ListTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;

/** A list state over a table of lists. */
final class TableListState<K, N, E> implements ListState<E>, MergeableTableState<K, N> {
  private static final int MERGE_BATCH_SIZE = 1024;

  private final StateScope<K, N> scope;
  private final ListTable<K, N, E> table;

  private final SerializableCheck<E> elementCheck;

  TableListState(
      StateScope<K, N> scope, ListTable<K, N, E> table, TypeSerializer<E> elementSerializer) {
    this.scope = scope;
    this.table = table;
    this.elementCheck = new SerializableCheck<>(elementSerializer);
  }

  @Override
  public Iterator<E> iterator() {
    return table.iterator(scope.key(), scope.namespace());
  }

  @Override
  public void add(E element) {
    elementCheck.checkKept(scope.requireNonNull(element, "element"));
    table.add(scope.key(), scope.namespace(), element);
  }

  @Override
  public void addAll(Collection<? extends E> elements) {
    List<E> checked = checkedCopy(elements);
    if (!checked.isEmpty()) {
      table.addAll(scope.key(), scope.namespace(), checked);
    }
  }

  @Override
  public void update(Collection<? extends E> elements) {
    List<E> checked = checkedCopy(elements);
    if (checked.isEmpty()) {
      clear();
    } else {
      table.set(scope.key(), scope.namespace(), checked);
    }
  }

  /**
   * Copies, so that neither a null, nor what its serializer refuses, nor a view of the table itself
   * reaches the table.
   */
  private List<E> checkedCopy(Collection<? extends E> elements) {
    List<E> copy = new ArrayList<>(scope.requireNonNull(elements, "collection of elements"));
    for (E element : copy) {
      elementCheck.check(scope.requireNonNull(element, "element"));
    }
    return copy;
  }

  @Override
  public void clear() {
    table.clear(scope.key(), scope.namespace());
  }

  @Override
  public void merge(KeyContext<K> key, N target, N source) {
    if (table instanceof TtlListTable<K, N, E> timed) {
      timed.move(key, target, source, MERGE_BATCH_SIZE);
      return;
    }
    Iterator<E> elements = table.iterator(key, source);
    List<E> batch = new ArrayList<>();
    while (elements.hasNext()) {
      batch.add(elements.next());
      if (batch.size() == MERGE_BATCH_SIZE || !elements.hasNext()) {
        table.addAll(key, target, batch);
        batch.clear();
      }
    }
    table.clear(key, source);
  }
}
