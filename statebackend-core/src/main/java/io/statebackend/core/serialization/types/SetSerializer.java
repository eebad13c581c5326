// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static io.statebackend.core.serialization.types.ElementsLayout.checkPresent;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.Duplicates;
import io.statebackend.core.serialization.schema.KeyHash;
import io.statebackend.core.serialization.schema.MadeOfParts;
import io.statebackend.core.serialization.schema.Parts;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Sets in their order of iteration.
 *
 * @param <E> the type of the elements
 * @param <S> the type of the sets
 */
public final class SetSerializer<E, S extends Set<E>> implements MadeOfParts<S> {

  /**
   * The kind of the sets.
   *
   * @param <S> their type
   */
  public interface Kind<S> {
    /** Creates an empty set, with room for a number of elements if the kind has such a thing. */
    S create(int elementCount);

    /**
     * Checks that a set read back is equal to this one, and in its order.
     *
     * @throws IllegalArgumentException if not
     */
    default void check(S set) {}
  }

  private final TypeSerializer<E> element;
  private final TypeSchema schema;
  private final KeyHash<S> keyHash;
  private final Duplicates duplicates = new Duplicates();
  private final int elementLengthMin;
  private final Kind<S> kind;

  /** Returns the serializer of sets of any kind, read back as {@link LinkedHashSet}s. */
  public static <E> SetSerializer<E, Set<E>> linked(TypeSerializer<E> element) {
    return new SetSerializer<>(element, SetSerializer::newSet);
  }

  /** Returns the serializer of sets in the natural order of their elements, read as trees. */
  public static <E> SetSerializer<E, NavigableSet<E>> sorted(TypeSerializer<E> element) {
    return new SetSerializer<>(element, new SortedKind<>());
  }

  /** Returns the serializer of sets of constants of an enum. */
  public static <E extends Enum<E>> SetSerializer<E, EnumSet<E>> ofEnum(
      Class<E> type, TypeSerializer<E> element) {
    return new SetSerializer<>(element, elementCount -> EnumSet.noneOf(type));
  }

  private static final class SortedKind<E> implements Kind<NavigableSet<E>> {
    @Override
    public NavigableSet<E> create(int elementCount) {
      return new TreeSet<>();
    }

    @Override
    public void check(NavigableSet<E> set) {
      ElementsLayout.checkNatural(set.comparator(), "set");
    }
  }

  private SetSerializer(TypeSerializer<E> element, Kind<S> kind) {
    this.kind = kind;
    this.element = ElementsLayout.checkElement(element, "element");
    this.schema = TypeSchema.of(Words.SET, element.schema());
    this.keyHash = new KeyHash<>(this);
    this.elementLengthMin = ElementsLayout.lengthMin(element);
  }

  @Override
  public void serialize(S value, BinaryOutput out) {
    kind.check(value);
    ElementsLayout.writeCount(value.size(), out);
    for (E e : value) {
      element.serialize(checkPresent(e, this), out);
    }
  }

  @Override
  public S deserialize(BinaryInput in) {
    int count = ElementsLayout.readCount(in, elementLengthMin);
    S value = kind.create(ElementsLayout.initialCapacity(count));
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
  public S copy(S value) {
    kind.check(value);
    S copy = kind.create(value.size());
    for (E e : value) {
      copy.add(element.copy(checkPresent(e, this)));
    }
    return copy;
  }

  @Override
  public long stableHash(S value) {
    return keyHash.of(value);
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
  public TypeSerializer<S> withParts(List<TypeSerializer<?>> own) {
    return new SetSerializer<>((TypeSerializer<E>) own.get(0), kind);
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
  public Compatibility<S> compatibility(StoredType stored, Path path) {
    if (!stored.matches(Words.SET, 1)) {
      return path.differs(stored, schema);
    }
    return Parts.compose(
        path.elements().compareElement(element, stored.part(0)),
        storedElement -> new SetSerializer<>(storedElement, kind));
  }
}
