// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.Table;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table of an engine whose values have times, seen as one without times in which what has expired
 * is not there. For the owner alone.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 */
abstract sealed class TtlTable<K, N> implements Table<K, N>
    permits TtlValueTable, TtlListTable, TtlMapTable {
  private final String name;
  private final Table<K, N> table;
  private final TypeSerializer<N> namespaces;
  private final Lifetime lifetime;
  private final ExpirySweep<K> sweep;
  private final BinaryOutput bytes = new BinaryOutput();
  private final BinaryOutput place = new BinaryOutput();
  private final BinaryInput in = new BinaryInput();

  TtlTable(
      String name,
      Table<K, N> table,
      TypeSerializer<N> namespaces,
      Lifetime lifetime,
      ExpirySweep<K> sweep) {
    this.name = name;
    this.table = table;
    this.namespaces = namespaces;
    this.lifetime = lifetime;
    this.sweep = sweep;
  }

  String name() {
    return name;
  }

  /** Returns the table of the engine. */
  Table<K, N> timed() {
    return table;
  }

  final Lifetime lifetime() {
    return lifetime;
  }

  final long now() {
    return lifetime.now();
  }

  final boolean isExpired(Timed<?> timed) {
    return lifetime.isExpired(timed.stamp());
  }

  final ExpirySweep<K> sweep() {
    return sweep;
  }

  /** Does the share of an operation in looking for what has expired. */
  final void share() {
    sweep.share();
  }

  /** Notes that something that had expired was removed. */
  final void removed(int count) {
    sweep.removed(count, 0);
  }

  /**
   * Looks at an entry that a walk met, and removes what of it has expired.
   *
   * @param key moved to the key if necessary
   * @return how much was looked at
   */
  final int visit(EntryCursor entry, int keyGroup, KeyContext<K> key, long now) {
    bytes.reset();
    entry.writeValue(bytes);
    in.reset(bytes.array(), 0, bytes.position());
    return visit(in, new Place(entry, keyGroup, key), now);
  }

  /** Looks at the value, or a page, in serialized form, and removes what of it has expired. */
  abstract int visit(BinaryInput value, Place where, long now);

  final void removed(int count, long removedBytes) {
    sweep.removed(count, removedBytes);
  }

  /** Where an entry is, read only if something of it has expired. */
  final class Place {
    private final EntryCursor entry;
    private final int keyGroup;
    private final KeyContext<K> key;

    private Place(EntryCursor entry, int keyGroup, KeyContext<K> key) {
      this.entry = entry;
      this.keyGroup = keyGroup;
      this.key = key;
    }

    /** Moves to the key. */
    KeyContext<K> key() {
      place.reset();
      entry.writeKey(place);
      key.set(sweep.deserializeKey(new BinaryInput(place.toByteArray())), keyGroup);
      return key;
    }

    N namespace() {
      place.reset();
      entry.writeNamespace(place);
      return namespaces.deserialize(new BinaryInput(place.toByteArray()));
    }
  }

  @Override
  public void clear(KeyContext<K> key, N namespace) {
    table.clear(key, namespace);
  }

  @Override
  public void load(int keyGroup, EntrySource entries) {
    throw new IllegalStateException("tables of an engine are loaded without those above them");
  }

  @Override
  public @Nullable EntryCursor walk(int keyGroup) {
    return table.walk(keyGroup);
  }

  @Override
  public @Nullable List<N> namespaces(KeyContext<K> key) {
    return table.namespaces(key);
  }

  @Override
  public long entryCount() {
    return table.entryCount();
  }
}
