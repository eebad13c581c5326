// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.core.serialization.records.BackReference;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import io.statebackend.core.serialization.types.CollectionSerializer;
import io.statebackend.core.serialization.types.MapSerializer;
import io.statebackend.core.serialization.types.OptionalSerializer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Makes the serializers of values of which only the schema is known. */
final class SchemaSerializers {
  private static final Map<String, TypeSerializer<?>> SIMPLE =
      Stream.of(
              Serializers.BOOLEAN,
              Serializers.BYTE,
              Serializers.SHORT,
              Serializers.CHAR,
              Serializers.INT,
              Serializers.LONG,
              Serializers.FLOAT,
              Serializers.DOUBLE,
              Serializers.STRING,
              Serializers.BYTES,
              Serializers.UUID,
              Serializers.BIG_INTEGER,
              Serializers.BIG_DECIMAL,
              Serializers.INSTANT,
              Serializers.DURATION,
              Serializers.PERIOD,
              Serializers.LOCAL_DATE,
              Serializers.LOCAL_TIME,
              Serializers.LOCAL_DATE_TIME,
              Serializers.OFFSET_DATE_TIME,
              Serializers.ZONED_DATE_TIME,
              Serializers.YEAR_MONTH,
              Serializers.ZONE_OFFSET,
              Serializers.ZONE_ID,
              Serializers.CURRENCY,
              Serializers.LOCALE,
              Serializers.URI,
              Serializers.BIT_SET,
              VoidNamespace.serializer())
          .collect(Collectors.toUnmodifiableMap(s -> s.schema().type(), Function.identity()));

  /** The types whose serializers are being made, and what stands for them inside. */
  private final Map<StoredType, BackReference<Object>> open = new HashMap<>();

  /** The named types whose serializers have been made: each may stand in many places. */
  private final Map<StoredType, Optional<TypeSerializer<Object>>> made = new HashMap<>();

  private SchemaSerializers() {}

  /** Returns the serializer of a type, or nothing if a word in it is not known. */
  public static Optional<TypeSerializer<Object>> find(StoredType type) {
    return new SchemaSerializers().part(type);
  }

  /** Returns the serializer of a type, which may refer to one that encloses it. */
  Optional<TypeSerializer<Object>> part(StoredType type) {
    return switch (type.type()) {
      case Words.RECORD -> enclosing(type, StoredRecordSerializer::find);
      case Words.UNION -> enclosing(type, StoredCaseSerializer::find);
      case Words.ENUM -> Optional.of(any(new StoredConstantSerializer(type.schema())));
      case Words.KRYO -> Optional.of(any(new StoredObjectSerializer(type.schema())));
      case Words.LIST, Words.ARRAY ->
          ofPart(type, part -> CollectionSerializer.list(type.type(), part));
      case Words.SET -> ofPart(type, CollectionSerializer::set);
      case Words.OPTIONAL -> ofPart(type, OptionalSerializer::new);
      case Words.MAP -> ofMap(type);
      default ->
          type.members().isEmpty() && type.schema().name() == null
              ? Optional.ofNullable(SIMPLE.get(type.type())).map(SchemaSerializers::any)
              : Optional.empty();
    };
  }

  private <T> Optional<TypeSerializer<Object>> enclosing(
      StoredType type,
      BiFunction<StoredType, SchemaSerializers, Optional<? extends TypeSerializer<T>>> whole) {
    BackReference<Object> inside = open.get(type);
    if (inside != null) {
      return Optional.of(inside);
    }
    Optional<TypeSerializer<Object>> known = made.get(type);
    if (known != null) {
      return known;
    }
    BackReference<Object> reference =
        new BackReference<>(String.valueOf(type.schema().name()), false);
    open.put(type, reference);
    Optional<TypeSerializer<Object>> found = whole.apply(type, this).map(SchemaSerializers::any);
    open.remove(type);
    found.ifPresent(reference::bind);
    made.put(type, found);
    return found;
  }

  private Optional<TypeSerializer<Object>> ofPart(
      StoredType type, Function<TypeSerializer<Object>, TypeSerializer<?>> whole) {
    if (!type.matches(type.type(), 1)) {
      return Optional.empty();
    }
    return part(type.part(0))
        .filter(part -> part.fixedLength() != 0 || type.type().equals(Words.OPTIONAL))
        .map(part -> any(whole.apply(part)));
  }

  private Optional<TypeSerializer<Object>> ofMap(StoredType type) {
    if (!type.matches(type.type(), 2)) {
      return Optional.empty();
    }
    Optional<TypeSerializer<Object>> key =
        part(type.part(0)).filter(serializer -> serializer.fixedLength() != 0);
    Optional<TypeSerializer<Object>> value = part(type.part(1));
    return key.isPresent() && value.isPresent()
        ? Optional.of(any(MapSerializer.linked(key.get(), value.get())))
        : Optional.empty();
  }

  @SuppressWarnings("unchecked") // Given what it has read itself, or a value of the same kind.
  private static TypeSerializer<Object> any(TypeSerializer<?> serializer) {
    return (TypeSerializer<Object>) serializer;
  }
}
