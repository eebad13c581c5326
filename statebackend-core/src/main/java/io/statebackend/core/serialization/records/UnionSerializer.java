// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.FormerNames;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.Duplicates;
import io.statebackend.core.serialization.schema.KeyHash;
import io.statebackend.core.serialization.schema.MadeOfParts;
import io.statebackend.core.serialization.schema.MigrationReader;
import io.statebackend.core.serialization.schema.Parts;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.ToldOnce;
import io.statebackend.core.serialization.schema.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Values of a sealed interface, each of one of the records or enums that it permits: the index of
 * the case, and the value. Cases are known by the simple names of their classes.
 *
 * @param <T> the interface
 */
public final class UnionSerializer<T> implements MadeOfParts<T> {
  private final Class<T> type;
  private final List<Class<?>> classes;
  private final List<TypeSerializer<T>> cases;
  private final Map<Class<?>, Integer> indexes = new HashMap<>();
  private final boolean immutable;
  private final TypeSchema schema;
  private final KeyHash<T> keyHash;
  private final Duplicates duplicates = new Duplicates();
  private final boolean canRefuse;

  /**
   * Creates the serializer.
   *
   * @param classes the classes of the cases
   * @param serializers their serializers
   * @throws IllegalArgumentException if two of them have one simple name, now or formerly
   */
  public UnionSerializer(
      Class<T> type, List<Class<?>> classes, List<TypeSerializer<?>> serializers) {
    this.type = type;
    this.classes = List.copyOf(classes);
    this.cases = serializers.stream().map(UnionSerializer::<T>ofCases).toList();
    this.canRefuse = cases.stream().anyMatch(BuiltInSerializer::canRefuse);
    this.immutable = cases.stream().allMatch(TypeSerializer::isImmutable);
    Map<String, Class<?>> names = new HashMap<>();
    List<TypeSchema.Member> members = new ArrayList<>();
    for (int i = 0; i < classes.size(); i++) {
      Class<?> c = classes.get(i);
      indexes.put(c, i);
      members.add(new TypeSchema.Member(c.getSimpleName(), cases.get(i).schema()));
      List<String> all = new ArrayList<>(formerNames(c));
      all.add(c.getSimpleName());
      for (String name : all) {
        Class<?> other = names.put(name, c);
        if (other != null) {
          throw new IllegalArgumentException(
              "two cases of %s are or were called '%s': %s and %s; cases are known by their simple names"
                  .formatted(type.getTypeName(), name, other.getTypeName(), c.getTypeName()));
        }
      }
    }
    this.schema = ToldOnce.named(Words.UNION, type.getName(), members);
    this.keyHash = new KeyHash<>(this);
  }

  @SuppressWarnings("unchecked") // Only ever given values of the case it was made for.
  private static <T> TypeSerializer<T> ofCases(TypeSerializer<?> serializer) {
    return (TypeSerializer<T>) serializer;
  }

  private static List<String> formerNames(Class<?> type) {
    FormerNames former = type.getAnnotation(FormerNames.class);
    return former == null ? List.of() : List.of(former.value());
  }

  private int indexOf(T value) {
    Integer index = indexes.get(value.getClass());
    if (index == null && value instanceof Enum<?> constant) {
      index = indexes.get(constant.getDeclaringClass());
    }
    if (index == null) {
      throw new IllegalArgumentException(
          "not a case of " + type.getTypeName() + ": " + value.getClass().getTypeName());
    }
    return index;
  }

  /** Reads the index of a case. */
  public static int readIndex(BinaryInput in, int caseCount, TypeSchema schema) {
    int index = in.readVarInt();
    if (index < 0 || index >= caseCount) {
      throw new CorruptStateException(
          "not a case of %s: index=%s, cases=%d"
              .formatted(Path.brief(schema), Integer.toUnsignedString(index), caseCount));
    }
    return index;
  }

  @Override
  public void serialize(T value, BinaryOutput out) {
    int index = indexOf(value);
    out.writeVarInt(index);
    cases.get(index).serialize(value, out);
  }

  @Override
  public T deserialize(BinaryInput in) {
    return cases.get(readIndex(in, cases.size(), schema)).deserialize(in);
  }

  @Override
  public boolean isImmutable() {
    return immutable;
  }

  @Override
  public T copy(T value) {
    return immutable ? value : cases.get(indexOf(value)).copy(value);
  }

  @Override
  public long stableHash(T value) {
    return keyHash.of(value);
  }

  @Override
  public boolean equal(T a, T b) {
    int index = indexOf(a);
    return index == indexOf(b) && cases.get(index).equal(a, b);
  }

  @Override
  public boolean canRefuse() {
    return canRefuse;
  }

  @Override
  public List<TypeSerializer<?>> parts() {
    return List.copyOf(cases);
  }

  @Override
  public TypeSerializer<T> withParts(List<TypeSerializer<?>> own) {
    return new UnionSerializer<>(type, classes, own);
  }

  @Override
  public Duplicates duplicates() {
    return duplicates;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  /** {@inheritDoc} Cases are matched by name; a removed one is an error only if it occurs. */
  @Override
  public Compatibility<T> compatibility(StoredType stored, Path path) {
    if (!stored.type().equals(Words.UNION)) {
      return path.differs(stored, schema);
    }
    return path.once(
        this, stored, () -> BackReference.late(type.getName()), () -> compareCases(stored, path));
  }

  private Compatibility<T> compareCases(StoredType stored, Path path) {
    boolean asIs = true;
    List<@Nullable TypeSerializer<T>> readers = new ArrayList<>();
    for (TypeSchema.Member member : stored.members()) {
      String name = member.name();
      if (name == null || member.schema() == null) {
        return path.incompatible("stored cases without a name or type");
      }
      int index = find(name, stored);
      if (index < 0) {
        asIs = false;
        readers.add(null);
        continue;
      }
      Compatibility<T> answer =
          path.inCase(name).compare(cases.get(index), stored.part(readers.size()));
      if (answer instanceof Compatibility.Incompatible<T>) {
        return answer;
      }
      asIs &= answer instanceof Compatibility.AsIs<T> && index == readers.size();
      readers.add(Parts.reader(answer, cases.get(index)));
    }
    return asIs
        ? Compatibility.asIs()
        : Compatibility.afterMigration(new StoredCases<>(type, stored.schema(), readers));
  }

  /** Returns the index of the case that has a stored name, or had it, or -1. */
  private int find(String name, StoredType stored) {
    for (int i = 0; i < classes.size(); i++) {
      String now = classes.get(i).getSimpleName();
      boolean isStoredUnderItsName =
          stored.members().stream().anyMatch(member -> now.equals(member.name()));
      if (now.equals(name)
          || (!isStoredUnderItsName && formerNames(classes.get(i)).contains(name))) {
        return i;
      }
    }
    return -1;
  }

  /** Reads the cases as they were stored; {@code null} stands for one that is gone. */
  private record StoredCases<T>(
      Class<T> type, TypeSchema schema, List<@Nullable TypeSerializer<T>> readers)
      implements MigrationReader<T> {

    @Override
    public T deserialize(BinaryInput in) {
      int index = readIndex(in, readers.size(), schema);
      TypeSerializer<T> reader = readers.get(index);
      if (reader == null) {
        throw new IncompatibleStateException(
            "case '%s' of %s is in the stored state and is no case any more: declare it again, or name it as a former name of another"
                .formatted(schema.members().get(index).name(), type.getTypeName()));
      }
      return reader.deserialize(in);
    }
  }
}
