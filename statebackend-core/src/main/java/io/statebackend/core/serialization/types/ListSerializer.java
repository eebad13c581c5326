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
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Lists, read back as {@link ArrayList}s.
 *
 * @param <E> the type of the elements
 */
public final class ListSerializer<E> implements MadeOfParts<List<E>> {
  private final TypeSerializer<E> element;
  private final TypeSchema schema;
  private final KeyHash<List<E>> keyHash;
  private final Duplicates duplicates = new Duplicates();
  private final int elementLengthMin;

  public ListSerializer(TypeSerializer<E> element) {
    this(Words.LIST, element);
  }

  /** Creates a serializer of lists that stand for another type of the same form. */
  public ListSerializer(String type, TypeSerializer<E> element) {
    this.element = ElementsLayout.checkElement(element, "element");
    this.schema = TypeSchema.of(type, element.schema());
    this.keyHash = new KeyHash<>(this);
    this.elementLengthMin = ElementsLayout.lengthMin(element);
  }

  @Override
  public void serialize(List<E> value, BinaryOutput out) {
    ElementsLayout.writeCount(value.size(), out);
    for (E e : value) {
      element.serialize(checkPresent(e, this), out);
    }
  }

  @Override
  public List<E> deserialize(BinaryInput in) {
    int count = ElementsLayout.readCount(in, elementLengthMin);
    List<E> value = new ArrayList<>(ElementsLayout.initialCapacity(count));
    for (int i = 0; i < count; i++) {
      value.add(element.deserialize(in));
    }
    return value;
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public List<E> copy(List<E> value) {
    List<E> copy = new ArrayList<>(value.size());
    for (E e : value) {
      copy.add(element.copy(checkPresent(e, this)));
    }
    return copy;
  }

  @Override
  public long stableHash(List<E> value) {
    return keyHash.of(value);
  }

  @Override
  public boolean equal(List<E> a, List<E> b) {
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
  public TypeSerializer<List<E>> withParts(List<TypeSerializer<?>> own) {
    return new ListSerializer<>(schema.type(), (TypeSerializer<E>) own.get(0));
  }

  @Override
  public Duplicates duplicates() {
    return duplicates;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  /** {@inheritDoc} Sets and arrays have the same form. */
  @Override
  public Compatibility<List<E>> compatibility(StoredType stored, Path path) {
    if (!stored.isElements()) {
      return path.differs(stored, schema);
    }
    return Parts.compose(
        path.elements().compareElement(element, stored.part(0)), ListSerializer::new);
  }
}
