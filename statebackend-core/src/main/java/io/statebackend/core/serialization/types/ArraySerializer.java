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
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;

/**
 * Arrays of objects, in the form of {@link ElementsLayout}.
 *
 * @param <E> the type of the elements
 */
public final class ArraySerializer<E> implements MadeOfParts<E[]> {
  private final Class<E> elementType;
  private final TypeSerializer<E> element;
  private final CollectionSerializer<E, List<E>> elements;
  private final TypeSchema schema;
  private final KeyHash<E[]> keyHash;
  private final Duplicates duplicates = new Duplicates();

  public ArraySerializer(Class<E> elementType, TypeSerializer<E> element) {
    this.elementType = elementType;
    this.element = ElementsLayout.checkElement(element, "element");
    this.elements = CollectionSerializer.list(element);
    this.schema = TypeSchema.of(Words.ARRAY, element.schema());
    this.keyHash = new KeyHash<>(this);
  }

  @Override
  public void serialize(E[] value, BinaryOutput out) {
    ElementsLayout.writeCount(value.length, out);
    for (E e : value) {
      element.serialize(checkPresent(e, this), out);
    }
  }

  @Override
  public E[] deserialize(BinaryInput in) {
    // Through a list, which a damaged count cannot make big.
    List<E> list = elements.deserialize(in);
    return list.toArray(newArray(0));
  }

  @SuppressWarnings("unchecked") // An array made for a class is an array of that class.
  private E[] newArray(int length) {
    return (E[]) Array.newInstance(elementType, length);
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public E[] copy(E[] value) {
    E[] copy = newArray(value.length);
    for (int i = 0; i < copy.length; i++) {
      copy[i] = element.copy(checkPresent(value[i], this));
    }
    return copy;
  }

  @Override
  public long stableHash(E[] value) {
    return keyHash.of(value);
  }

  @Override
  public boolean equal(E[] a, E[] b) {
    return elements.equal(Arrays.asList(a), Arrays.asList(b));
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
  public TypeSerializer<E[]> withParts(List<TypeSerializer<?>> own) {
    return new ArraySerializer<>(elementType, (TypeSerializer<E>) own.get(0));
  }

  @Override
  public Duplicates duplicates() {
    return duplicates;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  /** {@inheritDoc} Lists and sets have the same form. */
  @Override
  public Compatibility<E[]> compatibility(StoredType stored, Path path) {
    if (!stored.isElements()) {
      return path.differs(stored, schema);
    }
    return Parts.compose(
        path.elements().compareElement(element, stored.part(0)),
        reader -> new ArraySerializer<>(elementType, reader));
  }
}
