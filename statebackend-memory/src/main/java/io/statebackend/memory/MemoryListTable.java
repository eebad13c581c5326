// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.ListTable;
import io.statebackend.api.spi.TableSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** A list, as {@link StoredLists} keeps it, per key and namespace. */
final class MemoryListTable<K, N, E> implements ListTable<K, N, E>, MemoryTable {
  private final TypeSerializer<K> keys;
  private final TableSpec.OfLists<N, E> spec;
  private final TypeSerializer<E> elements;
  private final StoredLists<E> lists;
  private final KeyGroups<K, N, Object> groups;

  MemoryListTable(
      TypeSerializer<K> keys, TableSpec.OfLists<N, E> spec, KeyGroupRange range, Images images) {
    this.keys = keys;
    this.spec = spec;
    this.elements = spec.elementSerializer();
    this.lists = new StoredLists<>(elements, images);
    this.groups =
        new KeyGroups<>(
            spec.name(),
            range,
            new ListPages.Factory<>(lists, elements),
            new EntryLayout<>(keys, spec.namespaceSerializer(), null, images));
  }

  @Override
  public Iterator<E> iterator(KeyContext<K> key, N namespace) {
    Object list = groups.get(key, namespace);
    return list == null ? Collections.emptyIterator() : new Elements<>(lists.walk(list), elements);
  }

  @Override
  public void add(KeyContext<K> key, N namespace, E element) {
    E own = EntryLayout.own(elements, element);
    Object list = groups.get(key, namespace);
    Object changed = lists.add(list, own);
    if (changed != list) {
      groups.put(key, namespace, changed);
    }
  }

  @Override
  public void addAll(KeyContext<K> key, N namespace, Collection<? extends E> added) {
    Collection<? extends E> own = own(added);
    Object list = groups.get(key, namespace);
    Object changed = lists.addAll(list, own);
    if (changed != list) {
      groups.put(key, namespace, changed);
    }
  }

  @Override
  public void set(KeyContext<K> key, N namespace, Collection<? extends E> replacement) {
    groups.put(key, namespace, lists.addAll(null, own(replacement)));
  }

  /** Returns elements to store, all copied before any is stored if they can change. */
  private Collection<? extends E> own(Collection<? extends E> added) {
    if (elements.isImmutable()) {
      return added;
    }
    List<E> copies = new ArrayList<>(added.size());
    for (E element : added) {
      copies.add(elements.copy(element));
    }
    return copies;
  }

  @Override
  public void clear(KeyContext<K> key, N namespace) {
    groups.remove(key, namespace);
  }

  @Override
  public EntryCursor walk(int keyGroup) {
    return groups.walk(keyGroup, new ListPages<>(lists, elements));
  }

  @Override
  public List<N> namespaces(KeyContext<K> key) {
    return groups.namespaces(key);
  }

  @Override
  public long entryCount() {
    return groups.entryCount();
  }

  @Override
  public void load(int keyGroup, EntrySource entries) {
    groups.prepare(keyGroup, entries);
    while (entries.next()) {
      K key = keys.deserialize(entries.key());
      N namespace = spec.namespaceSerializer().deserialize(entries.namespace());
      Object list = groups.get(keyGroup, key, namespace);
      Object changed = list;
      BinaryInput page = entries.value();
      while (page.remaining() > 0) {
        changed = lists.add(changed, Field.read(elements, page));
      }
      if (changed != null && changed != list) {
        groups.put(keyGroup, key, namespace, changed);
      }
    }
  }

  @Override
  public FrozenTable<K, N, Object> freeze() {
    return groups.freeze();
  }

  @Override
  public long indexBytes() {
    return groups.indexBytes();
  }

  @Override
  public long entryBytes() {
    return groups.entryBytes();
  }

  @Override
  public void close() {
    groups.close();
  }

  /** Iterates over the elements that a list has now, whatever is added later. */
  private static final class Elements<E> implements Iterator<E> {
    private final ElementWalk<E> walk;
    private final TypeSerializer<E> serializer;

    Elements(ElementWalk<E> walk, TypeSerializer<E> serializer) {
      this.walk = walk;
      this.serializer = serializer;
    }

    @Override
    public boolean hasNext() {
      return walk.hasNext();
    }

    @Override
    public E next() {
      if (!walk.hasNext()) {
        throw new NoSuchElementException("the list has no more elements");
      }
      return EntryLayout.own(serializer, walk.next());
    }
  }
}
