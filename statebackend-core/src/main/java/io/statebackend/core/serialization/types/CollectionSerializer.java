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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Lists, deques and sets, in their order of iteration.
 *
 * @param <E> the type of the elements
 * @param <C> the type of the collections
 */
public final class CollectionSerializer<E, C extends Collection<E>> implements MadeOfParts<C> {

  /**
   * The kind of the collections.
   *
   * @param <C> their type
   */
  public interface Kind<C> {
    /** Creates an empty one, with room for a number of elements if the kind has such a thing. */
    C create(int elementCount);

    /**
     * Checks that a collection read back is equal to this one, and in its order.
     *
     * @throws IllegalArgumentException if not
     */
    default void check(C collection) {}
  }

  private final TypeSerializer<E> element;
  private final TypeSchema schema;
  private final KeyHash<C> keyHash;
  private final Duplicates duplicates = new Duplicates();
  private final int elementLengthMin;
  private final boolean isSet;
  private final Kind<C> kind;

  /** Returns the serializer of lists, read back as {@link ArrayList}s. */
  public static <E> CollectionSerializer<E, List<E>> list(TypeSerializer<E> element) {
    return list(Words.LIST, element);
  }

  /** Returns the serializer of lists that stand for another type of the same form. */
  public static <E> CollectionSerializer<E, List<E>> list(String type, TypeSerializer<E> element) {
    return new CollectionSerializer<>(type, element, ArrayList::new);
  }

  /**
   * Returns the serializer of deques from their first element to their last, in the form of lists,
   * read back as {@link ArrayDeque}s. These have no {@code equals} of their own: {@link #equal}
   * compares the elements.
   */
  public static <E> CollectionSerializer<E, Deque<E>> deque(TypeSerializer<E> element) {
    return new CollectionSerializer<>(Words.LIST, element, ArrayDeque::new);
  }

  /** Returns the serializer of sets of any kind, read back as {@link LinkedHashSet}s. */
  public static <E> CollectionSerializer<E, Set<E>> set(TypeSerializer<E> element) {
    return new CollectionSerializer<>(Words.SET, element, CollectionSerializer::newSet);
  }

  /** Returns the serializer of sets in the natural order of their elements, read as trees. */
  public static <E> CollectionSerializer<E, NavigableSet<E>> sortedSet(TypeSerializer<E> element) {
    return new CollectionSerializer<>(Words.SET, element, new SortedKind<>());
  }

  /** Returns the serializer of sets of constants of an enum. */
  public static <E extends Enum<E>> CollectionSerializer<E, EnumSet<E>> enumSet(
      Class<E> type, TypeSerializer<E> element) {
    return new CollectionSerializer<>(Words.SET, element, elementCount -> EnumSet.noneOf(type));
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

  private CollectionSerializer(String type, TypeSerializer<E> element, Kind<C> kind) {
    this.kind = kind;
    this.element = ElementsLayout.checkElement(element, "element");
    this.schema = TypeSchema.of(type, element.schema());
    this.keyHash = new KeyHash<>(this);
    this.elementLengthMin = ElementsLayout.lengthMin(element);
    this.isSet = type.equals(Words.SET);
  }

  @Override
  public void serialize(C value, BinaryOutput out) {
    check(value);
    ElementsLayout.writeCount(value.size(), out);
    for (E e : value) {
      element.serialize(checkPresent(e, this), out);
    }
  }

  @Override
  public C deserialize(BinaryInput in) {
    int count = ElementsLayout.readCount(in, elementLengthMin);
    C value = kind.create(ElementsLayout.initialCapacity(count));
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

  private void check(C value) {
    kind.check(value);
    if (isSet && !ElementsLayout.isDistinct(element, value)) {
      C distinct = kind.create(value.size());
      for (E e : value) {
        add(distinct, checkPresent(e, this));
      }
    }
  }

  @Override
  public C copy(C value) {
    kind.check(value);
    C copy = kind.create(value.size());
    for (E e : value) {
      add(copy, element.copy(checkPresent(e, this)));
    }
    return copy;
  }

  private void add(C target, E e) {
    if (!target.add(e)) {
      throw ElementsLayout.equalElements("elements of a set", e, this);
    }
  }

  @Override
  public long stableHash(C value) {
    return keyHash.of(value);
  }

  /** {@inheritDoc} Here lists and deques by their elements, and sets whatever their order. */
  @Override
  @SuppressWarnings("UndefinedEquals") // Those of sets are defined.
  public boolean equal(C a, C b) {
    if (isSet) {
      return a.equals(b);
    }
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
  public TypeSerializer<C> withParts(List<TypeSerializer<?>> own) {
    return new CollectionSerializer<>(schema.type(), (TypeSerializer<E>) own.get(0), kind);
  }

  @Override
  public Duplicates duplicates() {
    return duplicates;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  /**
   * {@inheritDoc} Lists are read from whatever has their form, which sets and arrays have; sets
   * from sets only.
   */
  @Override
  public Compatibility<C> compatibility(StoredType stored, Path path) {
    if (isSet ? !stored.matches(Words.SET, 1) : !stored.isElements()) {
      return path.differs(stored, schema);
    }
    return Parts.compose(
        path.elements().compareElement(element, stored.part(0)),
        storedElement -> new CollectionSerializer<>(schema.type(), storedElement, kind));
  }
}
