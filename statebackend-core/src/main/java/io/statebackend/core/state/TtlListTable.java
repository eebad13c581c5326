// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ListTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Lists whose elements expire, each for itself. Those of a list that have expired are removed
 * together, by writing the others anew.
 */
final class TtlListTable<K, N, E> extends TtlTable<K, N> implements ListTable<K, N, E> {
  private final ListTable<K, N, Timed<E>> table;
  private final int elementLength;

  TtlListTable(
      String name,
      ListTable<K, N, Timed<E>> table,
      TypeSerializer<N> namespaces,
      TimedSerializer<E> elements,
      Lifetime lifetime,
      ExpirySweep<K> sweep) {
    super(name, table, namespaces, lifetime, sweep);
    this.table = table;
    this.elementLength = elements.fixedLength();
  }

  @Override
  public Iterator<E> iterator(KeyContext<K> key, N namespace) {
    if (lifetime().isRefreshedOnRead()) {
      refresh(key, namespace);
    }
    return new Live(table.iterator(key, namespace));
  }

  /** Writes a list anew that is read, with the time of now. */
  private void refresh(KeyContext<K> key, N namespace) {
    long now = now();
    List<Timed<E>> elements = new ArrayList<>();
    boolean isNew = true;
    Iterator<Timed<E>> stored = table.iterator(key, namespace);
    while (stored.hasNext()) {
      Timed<E> element = stored.next();
      isNew &= element.stamp() == now;
      if (!lifetime().isExpired(element.stamp(), now)) {
        elements.add(new Timed<>(now, element.value()));
      }
    }
    if (!isNew) {
      replace(key, namespace, elements);
    }
  }

  private void replace(KeyContext<K> key, N namespace, List<Timed<E>> elements) {
    if (elements.isEmpty()) {
      table.clear(key, namespace);
    } else {
      table.set(key, namespace, elements);
    }
  }

  @Override
  public void add(KeyContext<K> key, N namespace, E element) {
    share();
    table.add(key, namespace, new Timed<>(now(), element));
  }

  @Override
  public void addAll(KeyContext<K> key, N namespace, Collection<? extends E> elements) {
    share();
    table.addAll(key, namespace, timed(elements));
  }

  @Override
  public void set(KeyContext<K> key, N namespace, Collection<? extends E> elements) {
    share();
    table.set(key, namespace, timed(elements));
  }

  private List<Timed<E>> timed(Collection<? extends E> elements) {
    long now = now();
    List<Timed<E>> timed = new ArrayList<>(elements.size());
    for (E element : elements) {
      timed.add(new Timed<>(now, element));
    }
    return timed;
  }

  /** Appends the elements of one list to another with the times that they have. */
  void move(KeyContext<K> key, N target, N source, int batchSize) {
    Iterator<Timed<E>> elements = table.iterator(key, source);
    List<Timed<E>> batch = new ArrayList<>();
    while (elements.hasNext()) {
      Timed<E> element = elements.next();
      if (!isExpired(element)) {
        batch.add(element);
      }
      if (!batch.isEmpty() && (batch.size() == batchSize || !elements.hasNext())) {
        table.addAll(key, target, batch);
        batch.clear();
      }
    }
    table.clear(key, source);
  }

  @Override
  int visit(BinaryInput page, Place where, long now) {
    int count = 0;
    int expired = 0;
    long expiredBytes = 0;
    while (page.remaining() > 0) {
      int length = Field.length(elementLength, page);
      if (lifetime().isExpired(page.readLong(), now)) {
        expired++;
        expiredBytes += length;
      }
      page.skip(length - TimedSerializer.STAMP_BYTES);
      count++;
    }
    if (expired > 0) {
      clean(where.key(), where.namespace(), now, expiredBytes);
    }
    return count;
  }

  /** Removes what of a list has expired; a later page of it then has nothing more to remove. */
  private void clean(KeyContext<K> key, N namespace, long now, long expiredBytes) {
    List<Timed<E>> live = new ArrayList<>();
    int count = 0;
    Iterator<Timed<E>> stored = table.iterator(key, namespace);
    while (stored.hasNext()) {
      Timed<E> element = stored.next();
      count++;
      if (!lifetime().isExpired(element.stamp(), now)) {
        live.add(element);
      }
    }
    if (live.size() < count) {
      replace(key, namespace, live);
      removed(count - live.size(), expiredBytes);
    }
  }

  /** Passes over what has expired by the time that it is asked for. */
  private final class Live implements Iterator<E> {
    private final Iterator<Timed<E>> elements;
    private @Nullable Timed<E> next;

    Live(Iterator<Timed<E>> elements) {
      this.elements = elements;
    }

    @Override
    public boolean hasNext() {
      while (next == null && elements.hasNext()) {
        Timed<E> element = elements.next();
        next = isExpired(element) ? null : element;
      }
      return next != null;
    }

    @Override
    public E next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException("the list has no more elements");
      }
      E element = next.value();
      next = null;
      return element;
    }
  }
}
