// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.records.RecordComponentForm;
import io.statebackend.core.serialization.records.RecordParts;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Records of which only the schema is known. */
final class StoredRecordSerializer implements BuiltInSerializer<StoredRecord> {
  private final TypeSchema schema;
  private final List<Component> components;
  private final int nullBytes;
  private final boolean immutable;
  private final int fixedLength;

  private record Component(String name, TypeSerializer<Object> serializer, int nullBit) {}

  private StoredRecordSerializer(TypeSchema schema, List<Component> components, int nullBits) {
    this.schema = schema;
    this.components = components;
    this.nullBytes = (nullBits + 7) / 8;
    // Asked once: a part may stand in very many places.
    this.immutable = components.stream().allMatch(component -> component.serializer.isImmutable());
    this.fixedLength = nullBits > 0 ? VARIABLE_LENGTH : RecordParts.fixedLength(parts(components));
  }

  private static List<TypeSerializer<?>> parts(List<Component> components) {
    return components.stream().<TypeSerializer<?>>map(Component::serializer).toList();
  }

  /** Returns the serializer of a stored record, or nothing if a word in it is not known. */
  static Optional<StoredRecordSerializer> find(StoredType type, SchemaSerializers serializers) {
    List<Component> components = new ArrayList<>();
    int nullBits = 0;
    for (TypeSchema.Member member : type.members()) {
      String name = member.name();
      if (name == null || member.schema() == null) {
        return Optional.empty();
      }
      StoredType part = type.part(components.size());
      Optional<TypeSerializer<Object>> serializer =
          serializers.part(RecordComponentForm.presentPart(part));
      if (serializer.isEmpty()) {
        return Optional.empty();
      }
      int nullBit =
          RecordComponentForm.isNullable(part) ? nullBits++ : RecordComponentForm.NEVER_NULL;
      components.add(new Component(name, serializer.get(), nullBit));
    }
    return Optional.of(
        new StoredRecordSerializer(type.schema(), List.copyOf(components), nullBits));
  }

  @Override
  public void serialize(StoredRecord value, BinaryOutput out) {
    int nullsAt = out.position();
    for (int i = nullBytes; i > 0; i--) {
      out.writeByte(0);
    }
    for (Component component : components) {
      @Nullable Object part = value.components().get(component.name);
      if (part != null) {
        component.serializer.serialize(part, out);
      } else if (component.nullBit == RecordComponentForm.NEVER_NULL) {
        throw new IllegalArgumentException(
            "component '" + component.name + "' of a " + Path.brief(schema) + " is missing");
      } else {
        RecordParts.setNull(component.nullBit, out, nullsAt);
      }
    }
  }

  @Override
  public StoredRecord deserialize(BinaryInput in) {
    int nullsAt = in.position();
    in.skip(nullBytes);
    Map<String, @Nullable Object> parts = new LinkedHashMap<>();
    for (Component component : components) {
      boolean isNull =
          component.nullBit != RecordComponentForm.NEVER_NULL
              && RecordParts.isNull(component.nullBit, in, nullsAt);
      parts.put(component.name, isNull ? null : component.serializer.deserialize(in));
    }
    return new StoredRecord(String.valueOf(schema.name()), parts);
  }

  @Override
  public boolean isImmutable() {
    return immutable;
  }

  @Override
  public int fixedLength() {
    return fixedLength;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }
}
