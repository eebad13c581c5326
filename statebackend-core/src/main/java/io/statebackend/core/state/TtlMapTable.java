// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.MapTable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** Maps whose entries expire, each for itself. */
final class TtlMapTable<K, N, U, V> extends TtlTable<K, N> implements MapTable<K, N, U, V> {
  private final MapTable<K, N, U, Timed<V>> table;
  private final TypeSerializer<U> userKeys;
  private final int valueLength;

  TtlMapTable(
      String name,
      MapTable<K, N, U, Timed<V>> table,
      TypeSerializer<N> namespaces,
      TypeSerializer<U> userKeys,
      TimedSerializer<V> values,
      Lifetime lifetime,
      ExpirySweep<K> sweep) {
    super(name, table, namespaces, lifetime, sweep);
    this.table = table;
    this.userKeys = userKeys;
    this.valueLength = values.fixedLength();
  }

  @Override
  public @Nullable V get(KeyContext<K> key, N namespace, U userKey) {
    Timed<V> timed = table.get(key, namespace, userKey);
    if (timed == null) {
      return null;
    }
    long now = now();
    if (lifetime().isExpired(timed.stamp(), now)) {
      table.remove(key, namespace, userKey);
      removed(1);
      return null;
    }
    if (lifetime().isRefreshedOnRead() && timed.stamp() != now) {
      table.put(key, namespace, userKey, new Timed<>(now, timed.value()));
    }
    return timed.value();
  }

  @Override
  public void put(KeyContext<K> key, N namespace, U userKey, V value) {
    share();
    table.put(key, namespace, userKey, new Timed<>(now(), value));
  }

  @Override
  public void remove(KeyContext<K> key, N namespace, U userKey) {
    table.remove(key, namespace, userKey);
  }

  @Override
  public Iterator<Map.Entry<U, V>> iterator(KeyContext<K> key, N namespace) {
    if (lifetime().isRefreshedOnRead()) {
      refresh(key, namespace);
    }
    return new Live(table.iterator(key, namespace));
  }

  /** Writes the entries of a map that is read with the time of now. */
  private void refresh(KeyContext<K> key, N namespace) {
    long now = now();
    List<Map.Entry<U, Timed<V>>> old = new ArrayList<>();
    Iterator<Map.Entry<U, Timed<V>>> stored = table.iterator(key, namespace);
    while (stored.hasNext()) {
      Map.Entry<U, Timed<V>> entry = stored.next();
      long stamp = entry.getValue().stamp();
      if (stamp != now && !lifetime().isExpired(stamp, now)) {
        old.add(entry);
      }
    }
    for (Map.Entry<U, Timed<V>> entry : old) {
      table.put(key, namespace, entry.getKey(), new Timed<>(now, entry.getValue().value()));
    }
  }

  /** {@inheritDoc} What has expired is passed over, so this may look at all entries. */
  @Override
  public boolean isEmpty(KeyContext<K> key, N namespace) {
    return table.isEmpty(key, namespace) || !new Live(table.iterator(key, namespace)).hasNext();
  }

  @Override
  int visit(BinaryInput page, Place where, long now) {
    int count = 0;
    KeyContext<K> key = null;
    N namespace = null;
    while (page.remaining() > 0) {
      int userKeyEnd = Field.length(userKeys.fixedLength(), page) + page.position();
      int userKeyAt = page.position();
      page.skip(userKeyEnd - userKeyAt);
      int length = Field.length(valueLength, page);
      boolean isExpired = lifetime().isExpired(page.readLong(), now);
      page.skip(length - TimedSerializer.STAMP_BYTES);
      count++;
      if (isExpired) {
        if (key == null || namespace == null) {
          key = where.key();
          namespace = where.namespace();
        }
        BinaryInput userKeyBytes = new BinaryInput();
        userKeyBytes.reset(page.array(), userKeyAt, userKeyEnd);
        clean(key, namespace, userKeys.deserialize(userKeyBytes), now, length);
      }
    }
    return count;
  }

  private void clean(KeyContext<K> key, N namespace, U userKey, long now, int length) {
    Timed<V> stored = table.get(key, namespace, userKey);
    if (stored != null && lifetime().isExpired(stored.stamp(), now)) {
      table.remove(key, namespace, userKey);
      removed(1, length);
    }
  }

  /** Passes over what has expired by the time that it is asked for. */
  private final class Live implements Iterator<Map.Entry<U, V>> {
    private final Iterator<Map.Entry<U, Timed<V>>> entries;
    private Map.@Nullable Entry<U, Timed<V>> next;

    Live(Iterator<Map.Entry<U, Timed<V>>> entries) {
      this.entries = entries;
    }

    @Override
    public boolean hasNext() {
      while (next == null && entries.hasNext()) {
        Map.Entry<U, Timed<V>> entry = entries.next();
        next = isExpired(entry.getValue()) ? null : entry;
      }
      return next != null;
    }

    @Override
    public Map.Entry<U, V> next() {
      if (!hasNext() || next == null) {
        throw new NoSuchElementException("the map has no more entries");
      }
      Map.Entry<U, V> entry = Map.entry(next.getKey(), next.getValue().value());
      next = null;
      return entry;
    }
  }
}
