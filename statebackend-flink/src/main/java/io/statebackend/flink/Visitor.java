// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.core.host.HostedStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.flink.runtime.state.StateEntry;
import org.apache.flink.runtime.state.internal.InternalKvState.StateIncrementalVisitor;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the entries of a state while it is used, a few at a time, as Flink does to remove
 * what has expired. Leaves the current key alone.
 */
final class Visitor<K, N, SV> implements StateIncrementalVisitor<K, N, SV> {
  private final KeyedTable<K, N, SV> state;
  private final int entriesMax;
  private final KeyContext<K> key;
  private final Wrapped<K> keys;
  private final HostedStore.Walk walk;
  private final BinaryInput window = new BinaryInput();
  private BinaryOutput keyAndNamespace = new BinaryOutput();
  private BinaryOutput last = new BinaryOutput();

  /** The entry that comes next, or {@code null} if it is not looked for yet or there is none. */
  private @Nullable StateEntry<K, N, SV> next;

  private int nextKeyGroup;
  private boolean isAtEnd;

  Visitor(StateAccess<K> access, KeyedTable<K, N, SV> state, int entriesMax) {
    this.state = state;
    this.entriesMax = Math.max(1, entriesMax);
    this.key = access.store().newContext();
    this.keys = state.wrappedKeys();
    this.walk = access.store().walk(state.tableName(), requireNonNull(state.table()));
  }

  @Override
  public boolean hasNext() {
    while (next == null && !isAtEnd) {
      if (walk.next()) {
        look();
      } else {
        isAtEnd = true;
        walk.close();
      }
    }
    return next != null;
  }

  /** What the walk meets may be gone or changed, so it is looked up. */
  private void look() {
    EntryCursor entry = walk.entry();
    keyAndNamespace.reset();
    entry.writeKey(keyAndNamespace);
    int keyEnd = keyAndNamespace.position();
    entry.writeNamespace(keyAndNamespace);
    int namespaceEnd = keyAndNamespace.position();
    keyAndNamespace.writeInt(keyEnd); // so that no two pairs are the same bytes
    if (isSame(keyAndNamespace, last)) {
      return; // One more page of the same list or map.
    }
    window.reset(keyAndNamespace.array(), 0, keyEnd);
    K metKey = keys.deserialize(window);
    window.reset(keyAndNamespace.array(), keyEnd, namespaceEnd);
    N metNamespace = state.namespaces().deserialize(window);
    BinaryOutput swapped = last;
    last = keyAndNamespace;
    keyAndNamespace = swapped;
    nextKeyGroup = walk.keyGroup();
    key.set(metKey, nextKeyGroup);
    SV value = state.get(key, metNamespace);
    next = value == null ? null : new Met<>(metKey, metNamespace, value, nextKeyGroup);
  }

  private static boolean isSame(BinaryOutput a, BinaryOutput b) {
    return Arrays.equals(a.array(), 0, a.position(), b.array(), 0, b.position());
  }

  @Override
  public Collection<StateEntry<K, N, SV>> nextEntries() {
    if (!hasNext()) {
      throw new NoSuchElementException("all entries were visited: state='" + state.name() + "'");
    }
    List<StateEntry<K, N, SV>> entries = new ArrayList<>();
    while (entries.size() < entriesMax && hasNext()) {
      entries.add(requireNonNull(next));
      next = null;
    }
    return entries;
  }

  @Override
  public void remove(StateEntry<K, N, SV> entry) {
    moveTo(entry);
    state.clear(key, entry.getNamespace());
  }

  @Override
  public void update(StateEntry<K, N, SV> entry, SV newValue) {
    moveTo(entry);
    state.set(key, entry.getNamespace(), newValue);
  }

  private void moveTo(StateEntry<K, N, SV> entry) {
    if (!(entry instanceof Met<K, N, SV> met)) {
      throw new IllegalArgumentException("the entry is of another visitor: " + entry);
    }
    key.set(met.key, met.keyGroup);
  }

  private static final class Met<K, N, SV> extends StateEntry.SimpleStateEntry<K, N, SV> {
    private final K key;
    private final int keyGroup;

    Met(K key, N namespace, SV value, int keyGroup) {
      super(key, namespace, value);
      this.key = key;
      this.keyGroup = keyGroup;
    }
  }
}
