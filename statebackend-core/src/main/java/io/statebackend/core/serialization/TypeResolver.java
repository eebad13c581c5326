// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.TypeSerializer;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the serializer of a declared type: a built-in one, that of an enum, a record, a sealed
 * interface, an array or a collection, or Kryo for any other class.
 */
final class TypeResolver {
  private static final Map<Class<?>, TypeSerializer<?>> BUILT_IN = builtIn();
  private static final Set<Class<?>> LISTS = Set.of(List.class, Collection.class, ArrayList.class);
  private static final Set<Class<?>> SETS = Set.of(Set.class, HashSet.class, LinkedHashSet.class);
  private static final Set<Class<?>> MAPS = Set.of(Map.class, HashMap.class, LinkedHashMap.class);

  /** Where the type is declared, for messages: a class, or a component such as Order.items. */
  private final String where;

  /** The records and sealed interfaces that are being resolved, outermost first. */
  private final List<Class<?>> enclosing;

  /** What the type variables of the innermost of them stand for. */
  private final Map<TypeVariable<?>, TypeSerializer<?>> variables;

  /** What is said of the records inside. */
  private final RecordOptions options;

  private TypeResolver(
      String where,
      List<Class<?>> enclosing,
      Map<TypeVariable<?>, TypeSerializer<?>> variables,
      RecordOptions options) {
    this.options = options;
    this.where = where;
    this.enclosing = enclosing;
    this.variables = variables;
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
    TypeResolver resolver = new TypeResolver(type.getTypeName(), List.of(), Map.of(), options);
    return (TypeSerializer<T>) resolver.of(type);
  }

  /**
   * Returns the serializer of a captured type.
   *
   * @throws IllegalArgumentException if there is none; says why and what to do
   */
  @SuppressWarnings("unchecked") // The serializer found for a type is one of that type.
  static <T> TypeSerializer<T> resolve(TypeRef<T> type) {
    TypeResolver resolver =
        new TypeResolver(type.toString(), List.of(), Map.of(), RecordOptions.NONE);
    return (TypeSerializer<T>) resolver.of(type.type());
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
    if (type instanceof Class<?> plain) {
      return ofClass(plain);
    }
    if (type instanceof ParameterizedType generic) {
      return ofGeneric(generic);
    }
    if (type instanceof GenericArrayType array) {
      return ofArray(erasure(array.getGenericComponentType()), of(array.getGenericComponentType()));
    }
    if (type instanceof WildcardType wildcard) {
      return of(wildcard.getUpperBounds()[0]);
    }
    TypeSerializer<?> bound = type instanceof TypeVariable<?> ? variables.get(type) : null;
    if (bound == null) {
      throw refused(type, "it stands for a type that is not given there");
    }
    return bound;
  }

  private TypeSerializer<?> ofClass(Class<?> type) {
    TypeSerializer<?> builtIn = BUILT_IN.get(type);
    if (builtIn != null) {
      return builtIn;
    }
    if (type.isEnum()) {
      return ofEnum(type.asSubclass(Enum.class));
    }
    if (type.isArray()) {
      return ofArray(type.getComponentType(), of(type.getComponentType()));
    }
    if (type.getTypeParameters().length > 0) {
      throw refused(
          type,
          "it needs its type arguments, as in List<Long>; at the top, capture them:"
              + " Serializers.of(new TypeRef<List<Long>>() {})");
    }
    if (type.isRecord()) {
      return ofRecord(type, Map.of());
    }
    return SealedCases.areValues(type)
        ? ofSealed(type, Map.of())
        : KryoSerializer.of(type, KryoSettings.of(type, List.of()));
  }

  private TypeSerializer<?> ofGeneric(ParameterizedType type) {
    Class<?> raw = erasure(type);
    List<TypeSerializer<?>> arguments = new ArrayList<>();
    for (Type argument : type.getActualTypeArguments()) {
      arguments.add(of(argument));
    }
    if (LISTS.contains(raw)) {
      return new ListSerializer<>(arguments.get(0));
    }
    if (SETS.contains(raw)) {
      return new SetSerializer<>(arguments.get(0));
    }
    if (MAPS.contains(raw)) {
      return new MapSerializer<>(arguments.get(0), arguments.get(1));
    }
    if (raw == Optional.class) {
      return new OptionalSerializer<>(arguments.get(0));
    }
    Map<TypeVariable<?>, TypeSerializer<?>> bound = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      bound.put(raw.getTypeParameters()[i], arguments.get(i));
    }
    if (raw.isRecord()) {
      return ofRecord(raw, bound);
    }
    if (!SealedCases.areValues(raw)) {
      throw refused(
          type,
          "declare a List, Set, Map, Optional, record or sealed interface of records, or write the"
              + " whole by Kryo");
    }
    return ofSealed(raw, bound);
  }

  private <T> TypeSerializer<T> ofSealed(
      Class<T> type, Map<TypeVariable<?>, TypeSerializer<?>> bound) {
    List<Class<?>> inside = inside(type);
    List<Class<?>> classes = SealedCases.of(type);
    List<TypeSerializer<?>> cases = new ArrayList<>();
    for (Class<?> c : classes) {
      Map<TypeVariable<?>, TypeSerializer<?>> boundInCase = SealedCases.bind(c, type, bound);
      TypeResolver resolver = new TypeResolver(c.getTypeName(), inside, boundInCase, options);
      cases.add(c.isRecord() ? resolver.ofRecord(c, boundInCase) : resolver.of(c));
    }
    return new UnionSerializer<>(type, classes, cases);
  }

  /** Returns the types that are being resolved, with one more. */
  private List<Class<?>> inside(Class<?> type) {
    if (enclosing.contains(type)) {
      throw refused(
          type,
          "it cannot contain itself; write it by Serializers.kryo("
              + type.getSimpleName()
              + ".class)");
    }
    List<Class<?>> inside = new ArrayList<>(enclosing);
    inside.add(type);
    return inside;
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

  private <R> TypeSerializer<R> ofRecord(
      Class<R> type, Map<TypeVariable<?>, TypeSerializer<?>> bound) {
    List<Class<?>> inside = inside(type);
    RecordClass<R> recordClass = new RecordClass<>(type);
    List<TypeSerializer<?>> parts = new ArrayList<>();
    for (RecordComponent component : recordClass.components()) {
      String place = type.getTypeName() + "." + component.getName();
      parts.add(new TypeResolver(place, inside, bound, options).of(component.getGenericType()));
    }
    return new RecordSerializer<>(recordClass, parts, options);
  }

  private static Class<?> erasure(Type type) {
    if (type instanceof Class<?> plain) {
      return plain;
    }
    if (type instanceof ParameterizedType generic) {
      return erasure(generic.getRawType());
    }
    if (type instanceof GenericArrayType array) {
      return erasure(array.getGenericComponentType()).arrayType();
    }
    return type instanceof TypeVariable<?> variable
        ? erasure(variable.getBounds()[0])
        : Object.class;
  }

  private IllegalArgumentException refused(Type type, String why) {
    return new IllegalArgumentException(
        "no serializer for type " + type.getTypeName() + " at " + where + ": " + why);
  }
}
