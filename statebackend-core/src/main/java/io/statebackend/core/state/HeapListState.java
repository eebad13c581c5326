// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.ListState;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.spi.Field;
import io.statebackend.core.snapshot.StateMeta;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Supplier;

/**
 * An operator list. Elements are copied when they come in and when they go out, so that an image
 * may share them.
 */
final class HeapListState<E> implements ListState<E>, HeapOperatorState {
  private final StateMeta meta;
  private final TypeSerializer<E> serializer;
  private final SerializableCheck<E> elementCheck;
  private final Runnable checkOpen;
  private List<E> elements = new ArrayList<>();

  HeapListState(StateMeta meta, TypeSerializer<E> serializer, Runnable checkOpen) {
    this.meta = meta;
    this.serializer = serializer;
    this.elementCheck = new SerializableCheck<>(serializer);
    this.checkOpen = checkOpen;
  }

  @Override
  public Iterator<E> iterator() {
    checkOpen.run();
    return List.copyOf(elements).stream().map(serializer::copy).iterator();
  }

  @Override
  public void add(E element) {
    checkOpen.run();
    elements.add(checkedCopy(element));
  }

  @Override
  public void addAll(Collection<? extends E> added) {
    checkOpen.run();
    elements.addAll(checkedCopies(added));
  }

  @Override
  public void update(Collection<? extends E> replacement) {
    checkOpen.run();
    elements = checkedCopies(replacement);
  }

  @Override
  public void clear() {
    checkOpen.run();
    elements = new ArrayList<>();
  }

  private List<E> checkedCopies(Collection<? extends E> added) {
    requireNonNull(added, () -> "null is not a legal collection of state '" + meta.name() + "'");
    List<E> copies = new ArrayList<>(added.size());
    for (E element : added) {
      copies.add(checkedCopy(element));
    }
    return copies;
  }

  /** Refuses what could not be written: one bad element would block all checkpoints. */
  private E checkedCopy(E element) {
    elementCheck.check(
        requireNonNull(
            element, () -> "null is not a legal element of state '" + meta.name() + "'"));
    return serializer.copy(element);
  }

  /** Keeps only a contiguous part of the elements. */
  void retain(int from, int to) {
    elements = new ArrayList<>(elements.subList(from, to));
  }

  int size() {
    return elements.size();
  }

  @Override
  public StateMeta meta() {
    return meta;
  }

  @Override
  public void load(EntrySource entries) {
    while (entries.next()) {
      BinaryInput page = entries.value();
      while (page.remaining() > 0) {
        elements.add(Field.read(serializer, page));
      }
    }
  }

  @Override
  public Supplier<EntryCursor> freeze() {
    List<E> image = List.copyOf(elements);
    TypeSerializer<E> own = serializer.duplicate();
    return () -> new PageCursor<>(image, (element, out) -> Field.write(own, element, out));
  }
}
