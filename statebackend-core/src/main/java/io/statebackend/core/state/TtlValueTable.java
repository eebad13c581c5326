// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ValueTable;
import org.jspecify.annotations.Nullable;

/** Values that expire, each for itself. */
final class TtlValueTable<K, N, V> extends TtlTable<K, N> implements ValueTable<K, N, V> {

  /** A function with its argument, to be given as one. */
  private record Call<V, A>(Function<V, A> function, A argument) {
    @Nullable V apply(@Nullable V current) {
      return function.apply(current, argument);
    }
  }

  private final ValueTable<K, N, Timed<V>> table;
  private final boolean isImmutable;
  private final Function<Timed<V>, Call<V, ?>> updating = this::updated;

  TtlValueTable(
      String name,
      ValueTable<K, N, Timed<V>> table,
      TypeSerializer<N> namespaces,
      TypeSerializer<V> values,
      Lifetime lifetime,
      ExpirySweep<K> sweep) {
    super(name, table, namespaces, lifetime, sweep);
    this.table = table;
    this.isImmutable = values.isImmutable();
  }

  @Override
  public @Nullable V get(KeyContext<K> key, N namespace) {
    Timed<V> timed = table.get(key, namespace);
    if (timed == null) {
      return null;
    }
    long now = now();
    if (lifetime().isExpired(timed.stamp(), now)) {
      table.clear(key, namespace);
      removed(1);
      return null;
    }
    if (lifetime().isRefreshedOnRead() && timed.stamp() != now) {
      table.put(key, namespace, new Timed<>(now, timed.value()));
    }
    return timed.value();
  }

  @Override
  public void put(KeyContext<K> key, N namespace, V value) {
    share();
    table.put(key, namespace, new Timed<>(now(), value));
  }

  @Override
  public <A> void update(KeyContext<K> key, N namespace, Function<V, A> function, A argument) {
    share();
    sweep().beginUpdate();
    try {
      table.update(key, namespace, updating, new Call<>(function, argument));
    } finally {
      sweep().endUpdate();
    }
  }

  private @Nullable Timed<V> updated(@Nullable Timed<V> current, Call<V, ?> call) {
    long now = now();
    V value =
        current == null || lifetime().isExpired(current.stamp(), now) ? null : current.value();
    V changed = call.apply(value);
    if (changed == null) {
      return null;
    }
    if (!isImmutable && current != null && changed == current.value()) {
      current.restamp(now);
      return current;
    }
    return new Timed<>(now, changed);
  }

  @Override
  int visit(BinaryInput value, Place where, long now) {
    int length = value.remaining();
    if (lifetime().isExpired(value.readLong(), now)) {
      KeyContext<K> key = where.key();
      N namespace = where.namespace();
      Timed<V> stored = table.get(key, namespace);
      if (stored != null && lifetime().isExpired(stored.stamp(), now)) {
        table.clear(key, namespace);
        removed(1, length);
      }
    }
    return 1;
  }
}
