// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.records.UnionSerializer;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Values of a sealed interface of which only the schema is known. */
final class StoredCaseSerializer implements BuiltInSerializer<StoredCase> {
  private final TypeSchema schema;
  private final List<TypeSerializer<Object>> cases;
  private final boolean immutable;

  private StoredCaseSerializer(TypeSchema schema, List<TypeSerializer<Object>> cases) {
    this.schema = schema;
    this.cases = cases;
    this.immutable = cases.stream().allMatch(TypeSerializer::isImmutable);
  }

  /** Returns the serializer of a stored union, or nothing if a word in it is not known. */
  static Optional<StoredCaseSerializer> find(StoredType type, SchemaSerializers serializers) {
    List<TypeSerializer<Object>> cases = new ArrayList<>();
    for (TypeSchema.Member member : type.members()) {
      if (member.name() == null || member.schema() == null) {
        return Optional.empty();
      }
      Optional<TypeSerializer<Object>> serializer = serializers.part(type.part(cases.size()));
      if (serializer.isEmpty()) {
        return Optional.empty();
      }
      cases.add(serializer.get());
    }
    return Optional.of(new StoredCaseSerializer(type.schema(), List.copyOf(cases)));
  }

  private String name(int index) {
    return String.valueOf(schema.members().get(index).name());
  }

  @Override
  public void serialize(StoredCase value, BinaryOutput out) {
    for (int i = 0; i < cases.size(); i++) {
      if (name(i).equals(value.name())) {
        out.writeVarInt(i);
        cases.get(i).serialize(value.value(), out);
        return;
      }
    }
    throw new IllegalArgumentException(
        "no case of " + Path.brief(schema) + ": name='" + value.name() + "'");
  }

  @Override
  public StoredCase deserialize(BinaryInput in) {
    int index = UnionSerializer.readIndex(in, cases.size(), schema);
    return new StoredCase(name(index), cases.get(index).deserialize(in));
  }

  @Override
  public boolean isImmutable() {
    return immutable;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }
}
