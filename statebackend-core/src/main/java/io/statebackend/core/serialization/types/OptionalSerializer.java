// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.ConvertingReader;
import io.statebackend.core.serialization.schema.Duplicates;
import io.statebackend.core.serialization.schema.KeyHash;
import io.statebackend.core.serialization.schema.MadeOfParts;
import io.statebackend.core.serialization.schema.Parts;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.util.List;
import java.util.Optional;

/**
 * Optional values as a byte that tells whether there is one, and the value.
 *
 * @param <E> the type of the value
 */
public final class OptionalSerializer<E> implements MadeOfParts<Optional<E>> {
  private final TypeSerializer<E> element;
  private final TypeSchema schema;
  private final KeyHash<Optional<E>> keyHash;
  private final Duplicates duplicates = new Duplicates();

  public OptionalSerializer(TypeSerializer<E> element) {
    this.element = requireNonNull(element, "element");
    this.schema = TypeSchema.of(Words.OPTIONAL, element.schema());
    this.keyHash = new KeyHash<>(this);
  }

  @Override
  public void serialize(Optional<E> value, BinaryOutput out) {
    out.writeBoolean(value.isPresent());
    if (value.isPresent()) {
      element.serialize(value.get(), out);
    }
  }

  @Override
  public Optional<E> deserialize(BinaryInput in) {
    return in.readBoolean() ? Optional.of(element.deserialize(in)) : Optional.empty();
  }

  @Override
  public boolean isImmutable() {
    return element.isImmutable();
  }

  @Override
  public Optional<E> copy(Optional<E> value) {
    return isImmutable() || value.isEmpty() ? value : Optional.of(element.copy(value.get()));
  }

  @Override
  public long stableHash(Optional<E> value) {
    return keyHash.of(value);
  }

  @Override
  public boolean equal(Optional<E> a, Optional<E> b) {
    return a.isPresent() ? b.isPresent() && element.equal(a.get(), b.get()) : b.isEmpty();
  }

  @Override
  public boolean canRefuse() {
    return BuiltInSerializer.canRefuse(element);
  }

  @Override
  public List<TypeSerializer<?>> parts() {
    return List.of(element);
  }

  @Override
  @SuppressWarnings("unchecked") // A duplicate is of the type of its original.
  public TypeSerializer<Optional<E>> withParts(List<TypeSerializer<?>> own) {
    return new OptionalSerializer<>((TypeSerializer<E>) own.get(0));
  }

  @Override
  public Duplicates duplicates() {
    return duplicates;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  /** {@inheritDoc} What was not optional becomes a value that is there. */
  @Override
  public Compatibility<Optional<E>> compatibility(StoredType stored, Path path) {
    if (!stored.type().equals(Words.OPTIONAL)) {
      Compatibility<E> answer = path.compare(element, stored);
      return answer instanceof Compatibility.Incompatible<E>
          ? path.differs(stored, schema)
          : Compatibility.afterMigration(
              new ConvertingReader<>(Parts.reader(answer, element), Optional::of));
    }
    if (!stored.matches(Words.OPTIONAL, 1)) {
      return path.differs(stored, schema);
    }
    return Parts.compose(path.compare(element, stored.part(0)), OptionalSerializer::new);
  }
}
