// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static io.statebackend.core.serialization.types.ElementsLayout.checkPresent;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.KeyHash;
import io.statebackend.core.serialization.schema.Parts;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Sets in their order of iteration, read back as {@link LinkedHashSet}s.
 *
 * @param <E> the type of the elements
 */
public final class SetSerializer<E> implements BuiltInSerializer<Set<E>> {
  private final TypeSerializer<E> element;
  private final TypeSchema schema;
  private final KeyHash<Set<E>> keyHash;
  private final int elementLengthMin;

  public SetSerializer(TypeSerializer<E> element) {
    this.element = ElementsLayout.checkElement(element, "element");
    this.schema = TypeSchema.of(Words.SET, element.schema());
    this.keyHash = new KeyHash<>(this);
    this.elementLengthMin = ElementsLayout.lengthMin(element);
  }

  @Override
  public void serialize(Set<E> value, BinaryOutput out) {
    ElementsLayout.writeCount(value.size(), out);
    for (E e : value) {
      element.serialize(checkPresent(e, this), out);
    }
  }

  @Override
  public Set<E> deserialize(BinaryInput in) {
    int count = ElementsLayout.readCount(in, elementLengthMin);
    Set<E> value = newSet(ElementsLayout.initialCapacity(count));
    for (int i = 0; i < count; i++) {
      if (!value.add(element.deserialize(in))) {
        throw new CorruptStateException("an element is twice in a " + schema);
      }
    }
    return value;
  }

  /** Creates a set for a number of elements (Java 17 has no factory for it). */
  private static <E> Set<E> newSet(int count) {
    return new LinkedHashSet<>((int) (count / 0.75f) + 1);
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public Set<E> copy(Set<E> value) {
    Set<E> copy = newSet(value.size());
    for (E e : value) {
      copy.add(element.copy(checkPresent(e, this)));
    }
    return copy;
  }

  @Override
  public long stableHash(Set<E> value) {
    return keyHash.of(value);
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  @Override
  public Compatibility<Set<E>> compatibility(StoredType stored, Path path) {
    if (!stored.matches(Words.SET, 1)) {
      return path.differs(stored, schema);
    }
    return Parts.compose(
        path.elements().compareElement(element, stored.part(0)), SetSerializer::new);
  }
}
