// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static io.statebackend.core.serialization.types.ElementsLayout.checkPresent;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.Duplicates;
import io.statebackend.core.serialization.schema.KeyHash;
import io.statebackend.core.serialization.schema.MadeOfParts;
import io.statebackend.core.serialization.schema.Parts;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Deques from their first element to their last, in the form of lists, read back as {@link
 * ArrayDeque}s. These have no {@code equals} of their own: {@link #equal} compares the elements.
 *
 * @param <E> the type of the elements
 */
public final class DequeSerializer<E> implements MadeOfParts<Deque<E>> {
  private final TypeSerializer<E> element;
  private final TypeSchema schema;
  private final KeyHash<Deque<E>> keyHash;
  private final Duplicates duplicates = new Duplicates();
  private final int elementLengthMin;

  public DequeSerializer(TypeSerializer<E> element) {
    this.element = ElementsLayout.checkElement(element, "element");
    this.schema = TypeSchema.of(Words.LIST, element.schema());
    this.keyHash = new KeyHash<>(this);
    this.elementLengthMin = ElementsLayout.lengthMin(element);
  }

  @Override
  public void serialize(Deque<E> value, BinaryOutput out) {
    ElementsLayout.writeCount(value.size(), out);
    for (E e : value) {
      element.serialize(checkPresent(e, this), out);
    }
  }

  @Override
  public Deque<E> deserialize(BinaryInput in) {
    int count = ElementsLayout.readCount(in, elementLengthMin);
    Deque<E> value = new ArrayDeque<>(ElementsLayout.initialCapacity(count));
    for (int i = 0; i < count; i++) {
      value.addLast(element.deserialize(in));
    }
    return value;
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public Deque<E> copy(Deque<E> value) {
    Deque<E> copy = new ArrayDeque<>(value.size());
    for (E e : value) {
      copy.addLast(element.copy(checkPresent(e, this)));
    }
    return copy;
  }

  @Override
  public long stableHash(Deque<E> value) {
    return keyHash.of(value);
  }

  @Override
  public boolean equal(Deque<E> a, Deque<E> b) {
    if (a.size() != b.size()) {
      return false;
    }
    Iterator<E> others = b.iterator();
    for (E e : a) {
      if (!element.equal(e, others.next())) {
        return false;
      }
    }
    return true;
  }

  /** {@inheritDoc} Nulls in it are. */
  @Override
  public boolean canRefuse() {
    return true;
  }

  @Override
  public List<TypeSerializer<?>> parts() {
    return List.of(element);
  }

  @Override
  @SuppressWarnings("unchecked") // A duplicate is of the type of its original.
  public TypeSerializer<Deque<E>> withParts(List<TypeSerializer<?>> own) {
    return new DequeSerializer<>((TypeSerializer<E>) own.get(0));
  }

  @Override
  public Duplicates duplicates() {
    return duplicates;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  @Override
  public Compatibility<Deque<E>> compatibility(StoredType stored, Path path) {
    if (!stored.isElements()) {
      return path.differs(stored, schema);
    }
    return Parts.compose(
        path.elements().compareElement(element, stored.part(0)), DequeSerializer::new);
  }
}
