// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
              VoidNamespace.serializer())
          .collect(Collectors.toUnmodifiableMap(s -> s.schema().type(), Function.identity()));

  private SchemaSerializers() {}

  /** Returns the serializer of a schema, or nothing if a word in it is not known. */
  static Optional<TypeSerializer<Object>> find(TypeSchema schema) {
    return switch (schema.type()) {
      case RecordSerializer.TYPE -> StoredRecordSerializer.find(schema).map(SchemaSerializers::any);
      case UnionSerializer.TYPE -> StoredCaseSerializer.find(schema).map(SchemaSerializers::any);
      case EnumSerializer.TYPE -> Optional.of(any(new StoredConstantSerializer(schema)));
      case KryoClasses.TYPE -> Optional.of(any(new StoredObjectSerializer(schema)));
      case "list", "array" -> ofPart(schema, part -> new ListSerializer<>(schema.type(), part));
      case "set" -> ofPart(schema, SetSerializer::new);
      case OptionalSerializer.TYPE -> ofPart(schema, OptionalSerializer::new);
      case "map" -> ofMap(schema);
      default ->
          schema.members().isEmpty() && schema.name() == null
              ? Optional.ofNullable(SIMPLE.get(schema.type())).map(SchemaSerializers::any)
              : Optional.empty();
    };
  }

  /** Returns the serializers of all members, or nothing if a word in one is not known. */
  static Optional<List<TypeSerializer<Object>>> findAll(List<TypeSchema> schemas) {
    List<TypeSerializer<Object>> found = new ArrayList<>();
    for (TypeSchema schema : schemas) {
      Optional<TypeSerializer<Object>> serializer = find(schema);
      if (serializer.isEmpty()) {
        return Optional.empty();
      }
      found.add(serializer.get());
    }
    return Optional.of(found);
  }

  private static Optional<TypeSerializer<Object>> ofPart(
      TypeSchema schema, Function<TypeSerializer<Object>, TypeSerializer<?>> whole) {
    if (!Parts.matches(schema, schema.type(), 1)) {
      return Optional.empty();
    }
    return find(Parts.schema(schema, 0))
        .filter(part -> part.fixedLength() != 0 || schema.type().equals(OptionalSerializer.TYPE))
        .map(part -> any(whole.apply(part)));
  }

  private static Optional<TypeSerializer<Object>> ofMap(TypeSchema schema) {
    if (!Parts.matches(schema, schema.type(), 2)) {
      return Optional.empty();
    }
    return findAll(List.of(Parts.schema(schema, 0), Parts.schema(schema, 1)))
        .filter(parts -> parts.get(0).fixedLength() != 0)
        .map(parts -> any(new MapSerializer<>(parts.get(0), parts.get(1))));
  }

  @SuppressWarnings("unchecked") // Given what it has read itself, or a value of the same kind.
  private static TypeSerializer<Object> any(TypeSerializer<?> serializer) {
    return (TypeSerializer<Object>) serializer;
  }
}
