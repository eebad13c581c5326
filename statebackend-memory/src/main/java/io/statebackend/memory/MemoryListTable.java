// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.TypeSerializer;
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
import org.jspecify.annotations.Nullable;

/** A {@link StoredList} per key and namespace. */
final class MemoryListTable<K, N, E> implements ListTable<K, N, E>, MemoryTable {
  private final TypeSerializer<K> keys;
  private final TableSpec.OfLists<N, E> spec;
  private final TypeSerializer<E> elements;
  private final ElementBlocks<E> blocks;
  private final Images images;
  private final KeyGroups<K, N, StoredList<E>> groups;

  MemoryListTable(
      TypeSerializer<K> keys, TableSpec.OfLists<N, E> spec, KeyGroupRange range, Images images) {
    this.keys = keys;
    this.spec = spec;
    this.elements = spec.elementSerializer();
    this.blocks = new ElementBlocks<>(elements);
    this.images = images;
    this.groups =
        new KeyGroups<>(
            spec.name(),
            range,
            () -> new ListPages<>(elements),
            new EntryLayout<>(keys, spec.namespaceSerializer(), null, images));
  }

  @Override
  public Iterator<E> iterator(KeyContext<K> key, N namespace) {
    StoredList<E> list = groups.get(key, namespace);
    return list == null ? Collections.emptyIterator() : new Elements<>(list, elements);
  }

  @Override
  public void add(KeyContext<K> key, N namespace, E element) {
    E own = EntryLayout.own(elements, element);
    listToGrow(key, namespace, 1).add(own);
  }

  @Override
  public void addAll(KeyContext<K> key, N namespace, Collection<? extends E> added) {
    Collection<? extends E> own = own(added);
    listToGrow(key, namespace, own.size()).addAll(own);
  }

  @Override
  public void set(KeyContext<K> key, N namespace, Collection<? extends E> replacement) {
    Collection<? extends E> own = own(replacement);
    StoredList<E> list = new StoredList<>(blocks, own.size(), images.epoch());
    list.addAll(own);
    groups.put(key, namespace, list);
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

  /** Returns the list of a key, made if need be, to be added to. */
  private StoredList<E> listToGrow(KeyContext<K> key, N namespace, int addedCount) {
    StoredList<E> list = groups.get(key, namespace);
    if (list != null && images.isExclusive(list.epoch)) {
      return list;
    }
    StoredList<E> changed = exclusive(list, addedCount);
    groups.put(key, namespace, changed);
    return changed;
  }

  private StoredList<E> exclusive(@Nullable StoredList<E> list, int capacity) {
    return list == null
        ? new StoredList<>(blocks, capacity, images.epoch())
        : list.copy(images.epoch());
  }

  @Override
  public void clear(KeyContext<K> key, N namespace) {
    groups.remove(key, namespace);
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
      StoredList<E> list = groups.get(keyGroup, key, namespace);
      if (list == null || !images.isExclusive(list.epoch)) {
        list = exclusive(list, 0);
        groups.put(keyGroup, key, namespace, list);
      }
      BinaryInput page = entries.value();
      while (page.remaining() > 0) {
        list.add(Field.read(elements, page));
      }
    }
  }

  @Override
  public FrozenTable<K, N, StoredList<E>> freeze() {
    return groups.freeze();
  }

  @Override
  public void close() {
    groups.close();
  }

  /** Iterates over the elements that a list has now, whatever is added later. */
  private static final class Elements<E> implements Iterator<E> {
    private final StoredList<E> list;
    private final TypeSerializer<E> serializer;
    private int next;

    Elements(StoredList<E> list, TypeSerializer<E> serializer) {
      this.list = list.copy(list.epoch);
      this.serializer = serializer;
    }

    @Override
    public boolean hasNext() {
      return next < list.size();
    }

    @Override
    public E next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the list has no more elements: size=" + list.size());
      }
      return EntryLayout.own(serializer, list.get(next++));
    }
  }
}
