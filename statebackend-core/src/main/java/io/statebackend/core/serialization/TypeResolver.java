// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.kryo.KryoSerializer;
import io.statebackend.core.serialization.kryo.KryoSettings;
import io.statebackend.core.serialization.records.BackReference;
import io.statebackend.core.serialization.records.ClosedType;
import io.statebackend.core.serialization.records.RecordClass;
import io.statebackend.core.serialization.records.RecordOptions;
import io.statebackend.core.serialization.records.RecordSerializer;
import io.statebackend.core.serialization.records.SealedCases;
import io.statebackend.core.serialization.records.UnionSerializer;
import io.statebackend.core.serialization.types.ArraySerializer;
import io.statebackend.core.serialization.types.CollectionSerializer;
import io.statebackend.core.serialization.types.EnumSerializer;
import io.statebackend.core.serialization.types.MapSerializer;
import io.statebackend.core.serialization.types.OptionalSerializer;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the serializer of a declared type: a built-in one, that of an enum, a record, a sealed
 * interface, an array or a collection, or Kryo for any other class.
 */
final class TypeResolver {
  private static final Map<Class<?>, TypeSerializer<?>> BUILT_IN = builtIn();
  private static final Set<Class<?>> LISTS = Set.of(List.class, Collection.class, ArrayList.class);
  private static final Set<Class<?>> SETS = Set.of(Set.class, HashSet.class, LinkedHashSet.class);
  private static final Set<Class<?>> DEQUES = Set.of(Deque.class, ArrayDeque.class);
  private static final Set<Class<?>> SORTED_SETS =
      Set.of(SortedSet.class, NavigableSet.class, TreeSet.class);
  private static final Set<Class<?>> SORTED_MAPS =
      Set.of(SortedMap.class, NavigableMap.class, TreeMap.class);
  private static final Set<Class<?>> MAPS = Set.of(Map.class, HashMap.class, LinkedHashMap.class);

  /** The maximum depth of nested types: beyond it, their type arguments grow without end. */
  private static final int ENCLOSING_MAX = 32;

  /** The maximum number of records and sealed interfaces that one type may reach. */
  private static final int RESOLVED_MAX = 10_000;

  /** Where the type is declared, for messages: a class, or a component such as Order.items. */
  private final String where;

  /** What the type variables there stand for. */
  private final Map<TypeVariable<?>, ClosedType> variables;

  /** The record or sealed interface there, or {@code null} at the top. */
  private final @Nullable Enclosing enclosing;

  private final Declaration declaration;

  /** What is the same for all types inside a declared one. */
  private static final class Declaration {
    private final RecordOptions options;

    /** Whether values that contain values of their own type are taken to be immutable. */
    private final boolean immutable;

    /** The types that something inside them refers to, in the order in which that was found. */
    private final List<Enclosing> references = new ArrayList<>();

    /** The records and sealed interfaces that were resolved: each may stand in many places. */
    private final Map<ClosedType, Resolved> resolved = new HashMap<>();

    /** The same types in the order in which they were resolved or stood again. */
    private final List<ClosedType> passed = new ArrayList<>();

    private int resolvedCount;

    Declaration(RecordOptions options, boolean immutable) {
      this.options = options;
      this.immutable = immutable;
    }
  }

  /**
   * A record or sealed interface that has its serializer.
   *
   * @param serializer its serializer
   * @param inside itself and the types inside it
   * @param outside the types around it that something inside it refers to
   */
  private record Resolved(
      TypeSerializer<?> serializer, Set<ClosedType> inside, Set<Enclosing> outside) {}

  /**
   * A record or sealed interface that is being resolved.
   *
   * @param type the record or sealed interface
   * @param inside what stands for it inside itself
   * @param outer the one around it, or {@code null}
   * @param depth the number of types around it
   */
  private record Enclosing(
      ClosedType type, BackReference<?> inside, @Nullable Enclosing outer, int depth) {
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  private TypeResolver(
      String where,
      Map<TypeVariable<?>, ClosedType> variables,
      @Nullable Enclosing enclosing,
      Declaration declaration) {
    this.where = where;
    this.variables = variables;
    this.enclosing = enclosing;
    this.declaration = declaration;
  }

  /**
   * Returns the serializer of a class.
   *
   * @throws IllegalArgumentException if there is none; says why and what to do
   */
  static <T> TypeSerializer<T> resolve(Class<T> type) {
    return resolve(type, RecordOptions.NONE);
  }

  /**
   * Returns the serializer of a class.
   *
   * @param options what is said of the records inside
   * @throws IllegalArgumentException if there is none; says why and what to do
   */
  @SuppressWarnings("unchecked") // The serializer found for a class is one of that class.
  static <T> TypeSerializer<T> resolve(Class<T> type, RecordOptions options) {
    return (TypeSerializer<T>) resolve(type, type.getTypeName(), options);
  }

  /**
   * Returns the serializer of a captured type.
   *
   * @throws IllegalArgumentException if there is none; says why and what to do
   */
  @SuppressWarnings("unchecked") // The serializer found for a type is one of that type.
  static <T> TypeSerializer<T> resolve(TypeRef<T> type) {
    return (TypeSerializer<T>) resolve(type.type(), type.toString(), RecordOptions.NONE);
  }

  /**
   * Assumes that values that contain values of their own type are immutable, and then checks this.
   */
  private static TypeSerializer<?> resolve(Type type, String where, RecordOptions options) {
    Declaration hopeful = new Declaration(options, true);
    TypeSerializer<?> serializer = new TypeResolver(where, Map.of(), null, hopeful).of(type);
    return hopeful.references.stream().allMatch(around -> around.inside.isAsTaken())
        ? serializer
        : new TypeResolver(where, Map.of(), null, new Declaration(options, false)).of(type);
  }

  private static Map<Class<?>, TypeSerializer<?>> builtIn() {
    Map<Class<?>, TypeSerializer<?>> map = new HashMap<>();
    put(map, boolean.class, Boolean.class, Serializers.BOOLEAN);
    put(map, byte.class, Byte.class, Serializers.BYTE);
    put(map, short.class, Short.class, Serializers.SHORT);
    put(map, char.class, Character.class, Serializers.CHAR);
    put(map, int.class, Integer.class, Serializers.INT);
    put(map, long.class, Long.class, Serializers.LONG);
    put(map, float.class, Float.class, Serializers.FLOAT);
    put(map, double.class, Double.class, Serializers.DOUBLE);
    map.put(String.class, Serializers.STRING);
    map.put(java.util.UUID.class, Serializers.UUID);
    map.put(java.math.BigInteger.class, Serializers.BIG_INTEGER);
    map.put(java.math.BigDecimal.class, Serializers.BIG_DECIMAL);
    map.put(java.time.Instant.class, Serializers.INSTANT);
    map.put(java.time.Duration.class, Serializers.DURATION);
    map.put(java.time.Period.class, Serializers.PERIOD);
    map.put(java.time.LocalDate.class, Serializers.LOCAL_DATE);
    map.put(java.time.LocalTime.class, Serializers.LOCAL_TIME);
    map.put(java.time.LocalDateTime.class, Serializers.LOCAL_DATE_TIME);
    map.put(java.time.OffsetDateTime.class, Serializers.OFFSET_DATE_TIME);
    map.put(java.time.ZonedDateTime.class, Serializers.ZONED_DATE_TIME);
    map.put(java.time.YearMonth.class, Serializers.YEAR_MONTH);
    map.put(java.time.ZoneOffset.class, Serializers.ZONE_OFFSET);
    map.put(java.time.ZoneId.class, Serializers.ZONE_ID);
    map.put(java.util.Currency.class, Serializers.CURRENCY);
    map.put(java.util.Locale.class, Serializers.LOCALE);
    map.put(java.net.URI.class, Serializers.URI);
    map.put(java.util.BitSet.class, Serializers.BIT_SET);
    map.put(byte[].class, Serializers.BYTES);
    map.put(boolean[].class, Serializers.BOOLEAN_ARRAY);
    map.put(short[].class, Serializers.SHORT_ARRAY);
    map.put(char[].class, Serializers.CHAR_ARRAY);
    map.put(int[].class, Serializers.INT_ARRAY);
    map.put(long[].class, Serializers.LONG_ARRAY);
    map.put(float[].class, Serializers.FLOAT_ARRAY);
    map.put(double[].class, Serializers.DOUBLE_ARRAY);
    return Map.copyOf(map);
  }

  private static <T> void put(
      Map<Class<?>, TypeSerializer<?>> map,
      Class<T> primitive,
      Class<T> box,
      TypeSerializer<T> serializer) {
    map.put(primitive, serializer);
    map.put(box, serializer);
  }

  private TypeSerializer<?> of(Type type) {
    return of(close(type));
  }

  /** Replaces the type variables in a declared type. */
  private ClosedType close(Type type) {
    if (type instanceof Class<?> plain) {
      if (plain.getTypeParameters().length > 0) {
        throw refused(
            type,
            "it needs its type arguments, as in List<Long>; at the top, capture them:"
                + " Serializers.of(new TypeRef<List<Long>>() {})");
      }
      return new ClosedType(plain, Map.of());
    }
    if (type instanceof ParameterizedType generic) {
      Class<?> raw = (Class<?>) generic.getRawType();
      Map<TypeVariable<?>, ClosedType> arguments = new HashMap<>();
      for (int i = 0; i < raw.getTypeParameters().length; i++) {
        arguments.put(raw.getTypeParameters()[i], close(generic.getActualTypeArguments()[i]));
      }
      return new ClosedType(raw, arguments);
    }
    if (type instanceof GenericArrayType array) {
      return close(array.getGenericComponentType()).arrayType();
    }
    if (type instanceof WildcardType wildcard) {
      return close(wildcard.getUpperBounds()[0]);
    }
    ClosedType variable = type instanceof TypeVariable<?> ? variables.get(type) : null;
    if (variable == null) {
      throw refused(type, "it stands for a type that is not given there");
    }
    return variable;
  }

  private TypeSerializer<?> of(ClosedType type) {
    Class<?> raw = type.raw();
    TypeSerializer<?> builtIn = BUILT_IN.get(raw);
    if (builtIn != null) {
      return builtIn;
    }
    if (raw.isEnum()) {
      return ofEnum(raw.asSubclass(Enum.class));
    }
    if (raw.isArray()) {
      return ofArray(raw.getComponentType(), of(type.componentType()));
    }
    if (LISTS.contains(raw)) {
      return CollectionSerializer.list(of(type.argument(0)));
    }
    if (SETS.contains(raw)) {
      return CollectionSerializer.set(of(type.argument(0)));
    }
    if (MAPS.contains(raw)) {
      return MapSerializer.linked(of(type.argument(0)), of(type.argument(1)));
    }
    if (DEQUES.contains(raw)) {
      return CollectionSerializer.deque(of(type.argument(0)));
    }
    if (SORTED_SETS.contains(raw)) {
      return CollectionSerializer.sortedSet(ofOrdered(type));
    }
    if (SORTED_MAPS.contains(raw)) {
      return MapSerializer.sorted(ofOrdered(type), of(type.argument(1)));
    }
    if (raw == EnumSet.class) {
      return ofEnumSet(constants(type));
    }
    if (raw == EnumMap.class) {
      return ofEnumMap(constants(type), of(type.argument(1)));
    }
    if (raw == Optional.class) {
      return new OptionalSerializer<>(of(type.argument(0)));
    }
    if (raw.isRecord() || SealedCases.areValues(raw)) {
      return ofEnclosing(type);
    }
    if (raw.getTypeParameters().length > 0) {
      throw refused(
          raw,
          "declare a List, Deque, Set, Map, Optional, record or sealed interface of records, or"
              + " write the whole by Kryo");
    }
    return KryoSerializer.of(raw, KryoSettings.of(raw, List.of()));
  }

  /** Returns the serializer of a record or sealed interface, or what stands for it in itself. */
  private TypeSerializer<?> ofEnclosing(ClosedType type) {
    Enclosing around = around(type.raw());
    if (around != null && around.type.equals(type)) {
      declaration.references.add(around);
      return around.inside;
    }
    Resolved known = declaration.resolved.get(type);
    if (known != null && isTheSameHere(known)) {
      declaration.references.addAll(known.outside);
      declaration.passed.addAll(known.inside);
      return known.serializer;
    }
    int depth = enclosing == null ? 0 : enclosing.depth + 1;
    if (depth > ENCLOSING_MAX) {
      throw refused(
          type.raw(),
          "it is inside more than %d others, or contains itself with ever longer type arguments; write it by Serializers.kryo(%s.class)"
              .formatted(ENCLOSING_MAX, type.raw().getSimpleName()));
    }
    if (++declaration.resolvedCount > RESOLVED_MAX) {
      throw refused(
          type.raw(),
          "the types around it contain each other in more than %d ways; write them by Serializers.kryo(%s.class)"
              .formatted(RESOLVED_MAX, type.raw().getSimpleName()));
    }
    int referencesBefore = declaration.references.size();
    int passedBefore = declaration.passed.size();
    declaration.passed.add(type);
    TypeSerializer<?> whole = ofEnclosing(type, type.raw(), depth);
    checkLength(type, whole.schema());
    Set<Enclosing> outside = new HashSet<>();
    for (Enclosing reference :
        declaration.references.subList(referencesBefore, declaration.references.size())) {
      if (reference.depth < depth) {
        outside.add(reference);
      }
    }
    List<ClosedType> inside = declaration.passed.subList(passedBefore, declaration.passed.size());
    declaration.resolved.put(type, new Resolved(whole, Set.copyOf(inside), Set.copyOf(outside)));
    return whole;
  }

  /**
   * Tells whether a type that was resolved in another place would become the same here: if it
   * refers to what is around this place too, and has nothing inside that it could refer to here.
   */
  private boolean isTheSameHere(Resolved known) {
    for (Enclosing e = enclosing; e != null; e = e.outer) {
      if (known.inside.contains(e.type)) {
        return false;
      }
    }
    return known.outside.stream().allMatch(o -> o.equals(around(o.type.raw())));
  }

  /** Returns the type that the name of a class means here: the innermost one of it. */
  private @Nullable Enclosing around(Class<?> raw) {
    for (Enclosing e = enclosing; e != null; e = e.outer) {
      if (e.type.raw() == raw) {
        return e;
      }
    }
    return null;
  }

  /** Refuses a schema that could not be read back. */
  private void checkLength(ClosedType type, TypeSchema schema) {
    int length = schema.toString().length();
    if (length > TypeSchema.TEXT_LENGTH_MAX) {
      throw refused(
          type.raw(),
          "its schema has %d characters, and may have %d; let fewer records stand in each other, or write it by Kryo"
              .formatted(length, TypeSchema.TEXT_LENGTH_MAX));
    }
  }

  private <T> TypeSerializer<T> ofEnclosing(ClosedType type, Class<T> raw, int depth) {
    BackReference<T> inside = new BackReference<>(raw.getName(), declaration.immutable);
    Enclosing around = new Enclosing(type, inside, enclosing, depth);
    TypeSerializer<T> whole = raw.isRecord() ? ofRecord(raw, around) : ofSealed(raw, around);
    inside.bind(whole);
    return whole;
  }

  private <R> TypeSerializer<R> ofRecord(Class<R> type, Enclosing around) {
    RecordClass<R> recordClass = new RecordClass<>(type);
    List<TypeSerializer<?>> parts = new ArrayList<>();
    for (RecordComponent component : recordClass.components()) {
      TypeSerializer<?> given = declaration.options.serializer(component);
      if (given != null) {
        parts.add(given);
        continue;
      }
      String place = type.getTypeName() + "." + component.getName();
      TypeResolver there = new TypeResolver(place, around.type.arguments(), around, declaration);
      parts.add(there.of(component.getGenericType()));
    }
    return new RecordSerializer<>(recordClass, parts, declaration.options, SchemaSerializers::find);
  }

  private <T> TypeSerializer<T> ofSealed(Class<T> type, Enclosing around) {
    List<Class<?>> classes = SealedCases.of(type);
    List<TypeSerializer<?>> cases = new ArrayList<>();
    for (Class<?> c : classes) {
      Map<TypeVariable<?>, ClosedType> arguments =
          SealedCases.bind(c, type, around.type.arguments());
      TypeResolver there = new TypeResolver(c.getTypeName(), arguments, around, declaration);
      cases.add(there.of(new ClosedType(c, arguments)));
    }
    return new UnionSerializer<>(type, classes, cases);
  }

  /** Returns the serializer of what a sorted collection is sorted by. */
  private TypeSerializer<?> ofOrdered(ClosedType collection) {
    Class<?> ordered = collection.argument(0).raw();
    if (!Comparable.class.isAssignableFrom(ordered)) {
      throw refused(
          collection.raw(),
          "%s has no natural order, and no other one is stored; let it implement Comparable, or declare a List, Set or Map"
              .formatted(ordered.getTypeName()));
    }
    return of(collection.argument(0));
  }

  /** Returns the enum that a collection is made for. */
  private Class<?> constants(ClosedType collection) {
    Class<?> constants = collection.argument(0).raw();
    if (!constants.isEnum()) {
      throw refused(collection.raw(), constants.getTypeName() + " is no enum");
    }
    return constants;
  }

  private static <E extends Enum<E>> TypeSerializer<?> ofEnumSet(Class<?> type) {
    @SuppressWarnings("unchecked") // The caller has seen that it is an enum.
    Class<E> enumType = (Class<E>) type;
    return CollectionSerializer.enumSet(enumType, new EnumSerializer<>(enumType));
  }

  private static <E extends Enum<E>> TypeSerializer<?> ofEnumMap(
      Class<?> type, TypeSerializer<?> value) {
    @SuppressWarnings("unchecked") // The caller has seen that it is an enum.
    Class<E> enumType = (Class<E>) type;
    return MapSerializer.ofEnum(enumType, new EnumSerializer<>(enumType), value);
  }

  private static <E extends Enum<E>> TypeSerializer<?> ofEnum(Class<?> type) {
    @SuppressWarnings("unchecked") // The caller has seen that it is an enum.
    Class<E> enumType = (Class<E>) type;
    return new EnumSerializer<>(enumType);
  }

  private static <E> TypeSerializer<?> ofArray(Class<E> elementType, TypeSerializer<?> element) {
    @SuppressWarnings("unchecked") // The caller has resolved it for this very type.
    TypeSerializer<E> typed = (TypeSerializer<E>) element;
    return new ArraySerializer<>(elementType, typed);
  }

  private IllegalArgumentException refused(Type type, String why) {
    return new IllegalArgumentException(
        "no serializer for type " + type.getTypeName() + " at " + where + ": " + why);
  }
}
