// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.RecordReader.StoredComponent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records, component by component in the order of their declaration. Ahead of them stand null bits:
 * one for each component that is no primitive, in as many bytes as they need, lowest bit first.
 *
 * @param <R> the record class
 */
final class RecordSerializer<R> implements BuiltInSerializer<R> {
  private static final String TYPE = "record";
  private static final String NULLABLE = "nullable";

  private final RecordClass<R> recordClass;
  private final Component[] components;
  private final RecordReader<R> reader;
  private final TypeSchema schema;
  private final KeyHash<R> keyHash;

  /** A component: its place in the class and its serialized form. */
  private record Component(int index, String name, TypeSerializer<Object> serializer, int nullBit) {
    boolean isNullable() {
      return nullBit != StoredComponent.NEVER_NULL;
    }

    TypeSchema schema() {
      return isNullable() ? TypeSchema.of(NULLABLE, serializer.schema()) : serializer.schema();
    }
  }

  /** Creates the serializer; {@code parts} are those of the components, in their order. */
  RecordSerializer(RecordClass<R> recordClass, List<TypeSerializer<?>> parts) {
    this.recordClass = recordClass;
    this.components = new Component[parts.size()];
    List<StoredComponent> stored = new ArrayList<>();
    List<TypeSchema.Member> members = new ArrayList<>();
    int nullBits = 0;
    for (int i = 0; i < components.length; i++) {
      boolean primitive = recordClass.components()[i].getType().isPrimitive();
      Component component =
          new Component(
              i,
              recordClass.components()[i].getName(),
              ofObjects(parts.get(i)),
              primitive ? StoredComponent.NEVER_NULL : nullBits++);
      components[i] = component;
      stored.add(new StoredComponent(component.serializer, component.nullBit, i));
      members.add(new TypeSchema.Member(component.name, component.schema()));
    }
    this.schema = TypeSchema.named(TYPE, recordClass.type().getName(), members);
    this.keyHash = new KeyHash<>(this);
    this.reader = new RecordReader<>(recordClass, schema, stored);
  }

  @SuppressWarnings("unchecked") // Only ever given values of the component it was made for.
  private static TypeSerializer<Object> ofObjects(TypeSerializer<?> serializer) {
    return (TypeSerializer<Object>) serializer;
  }

  @Override
  public void serialize(R value, BinaryOutput out) {
    requireNonNull(value, "value");
    int nullsAt = out.position();
    for (int i = reader.nullBytes(); i > 0; i--) {
      out.writeByte(0);
    }
    for (Component component : components) {
      @Nullable Object part = recordClass.get(value, component.index);
      if (part != null) {
        component.serializer.serialize(part, out);
      } else {
        out.array()[nullsAt + (component.nullBit >> 3)] |= (byte) (1 << (component.nullBit & 7));
      }
    }
  }

  @Override
  public R deserialize(BinaryInput in) {
    return reader.deserialize(in);
  }

  @Override
  public boolean isImmutable() {
    return reader.isImmutable();
  }

  @Override
  public R copy(R value) {
    if (isImmutable()) {
      return value;
    }
    @Nullable Object[] copies = new Object[components.length];
    for (Component component : components) {
      @Nullable Object part = recordClass.get(value, component.index);
      copies[component.index] = part == null ? null : component.serializer.copy(part);
    }
    return recordClass.create(copies);
  }

  @Override
  public int fixedLength() {
    return reader.fixedLength();
  }

  @Override
  public long stableHash(R value) {
    return keyHash.of(value);
  }

  @Override
  public boolean equal(R a, R b) {
    if (a == b) {
      return true;
    }
    for (Component component : components) {
      @Nullable Object partOfA = recordClass.get(a, component.index);
      @Nullable Object partOfB = recordClass.get(b, component.index);
      if (partOfA == null || partOfB == null) {
        if (partOfA != partOfB) {
          return false;
        }
      } else if (!component.serializer.equal(partOfA, partOfB)) {
        return false;
      }
    }
    return true;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  /** {@inheritDoc} Components are matched by name, so that their order may change. */
  @Override
  public Compatibility<R> compatibility(TypeSchema stored, Path path) {
    if (!stored.type().equals(TYPE)) {
      return path.differs(stored, schema);
    }
    for (Component component : components) {
      if (member(stored, component.name) == null) {
        return path.component(component.name)
            .incompatible(
                "not stored, declared " + component.schema() + "; remove the component again");
      }
    }
    boolean asIs = true;
    int nullBits = 0;
    List<StoredComponent> readers = new ArrayList<>();
    for (TypeSchema.Member member : stored.members()) {
      Path partPath = path.component(String.valueOf(member.name()));
      TypeSchema type = member.schema();
      Component component = component(member.name());
      if (type == null || component == null) {
        return partPath.incompatible("stored " + type + ", not declared; add the component again");
      }
      boolean nullable = isNullable(type);
      if (nullable != component.isNullable()) {
        return partPath.differs(type, component.schema());
      }
      Compatibility<Object> answer =
          partPath.compare(component.serializer, nullable ? Parts.schema(type, 0) : type);
      if (answer instanceof Compatibility.Incompatible<Object> incompatible) {
        return Compatibility.incompatible(incompatible.reason());
      }
      asIs &= answer instanceof Compatibility.AsIs<Object> && component.index == readers.size();
      readers.add(
          new StoredComponent(
              Parts.reader(answer, component.serializer),
              nullable ? nullBits++ : StoredComponent.NEVER_NULL,
              component.index));
    }
    return asIs
        ? Compatibility.asIs()
        : Compatibility.afterMigration(new RecordReader<>(recordClass, stored, readers));
  }

  private static boolean isNullable(TypeSchema type) {
    return Parts.matches(type, NULLABLE, 1);
  }

  private static TypeSchema.@Nullable Member member(TypeSchema stored, String name) {
    for (TypeSchema.Member member : stored.members()) {
      if (name.equals(member.name())) {
        return member;
      }
    }
    return null;
  }

  private @Nullable Component component(@Nullable String name) {
    for (Component component : components) {
      if (component.name.equals(name)) {
        return component;
      }
    }
    return null;
  }
}
