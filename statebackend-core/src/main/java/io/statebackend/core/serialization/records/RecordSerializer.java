// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.StateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.records.RecordReader.StoredComponent;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.Duplicates;
import io.statebackend.core.serialization.schema.KeyHash;
import io.statebackend.core.serialization.schema.MadeOfParts;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.ToldOnce;
import io.statebackend.core.serialization.schema.Words;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records, component by component in the order of their declaration. Ahead of them stand null bits:
 * one for each component that is no primitive, in as many bytes as they need, lowest bit first.
 *
 * @param <R> the record class
 */
public final class RecordSerializer<R> implements MadeOfParts<R> {
  private final RecordClass<R> recordClass;
  private final List<TypeSerializer<?>> parts;
  private final RecordOptions options;
  private final RecordEvolution<R> evolution;
  private final MethodHandle writer;
  private final @Nullable MethodHandle reader;
  private final @Nullable MethodHandle copier;
  private final MethodHandle equality;
  private final int nullBytes;

  /** Reads in place of a reader that would have too many arguments. */
  private final RecordReader<R> longReader;

  private final boolean immutable;
  private final TypeSchema schema;
  private final KeyHash<R> keyHash;
  private final Duplicates duplicates = new Duplicates();
  private final boolean canRefuse;

  /** Creates the serializer; {@code parts} are those of the components, in their order. */
  public RecordSerializer(
      RecordClass<R> recordClass,
      List<TypeSerializer<?>> parts,
      RecordOptions options,
      SchemaReaders readers) {
    this.recordClass = recordClass;
    this.parts = List.copyOf(parts);
    this.canRefuse = parts.stream().anyMatch(BuiltInSerializer::canRefuse);
    this.options = options;
    List<RecordComponentForm> components = new ArrayList<>();
    List<TypeSchema.Member> members = new ArrayList<>();
    List<StoredComponent> stored = new ArrayList<>();
    int nullBits = 0;
    for (int i = 0; i < parts.size(); i++) {
      boolean primitive = recordClass.components()[i].getType().isPrimitive();
      int nullBit = primitive ? RecordComponentForm.NEVER_NULL : nullBits++;
      RecordComponentForm component =
          RecordComponentForm.of(recordClass.components()[i], i, parts.get(i), nullBit, options);
      components.add(component);
      members.add(new TypeSchema.Member(component.name(), component.schema()));
      stored.add(new StoredComponent(component.serializer(), nullBit, i, () -> null));
    }
    this.evolution = new RecordEvolution<>(recordClass, List.copyOf(components), readers);
    this.schema = ToldOnce.named(Words.RECORD, recordClass.type().getName(), members);
    this.keyHash = new KeyHash<>(this);
    this.nullBytes = (nullBits + 7) / 8;
    this.immutable = components.stream().allMatch(c -> c.serializer().isImmutable());
    this.longReader =
        new RecordReader<>(
            recordClass, schema, stored, new AbsentValue.@Nullable Source[stored.size()]);
    RecordHandles handles = RecordHandles.of(recordClass, components);
    this.writer = handles.writer();
    this.reader = handles.reader();
    this.copier = handles.copier();
    this.equality = handles.equality();
  }

  @Override
  public void serialize(R value, BinaryOutput out) {
    requireNonNull(value, "value");
    int nullsAt = out.position();
    for (int i = nullBytes; i > 0; i--) {
      out.writeByte(0);
    }
    try {
      writer.invokeExact((Object) value, out, nullsAt);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  @SuppressWarnings("unchecked") // The reader ends with the constructor of the class.
  public R deserialize(BinaryInput in) {
    if (reader == null) {
      return longReader.deserialize(in);
    }
    int nullsAt = in.position();
    in.skip(nullBytes);
    try {
      return (R) (Object) reader.invokeExact(in, nullsAt);
    } catch (StateException | Error e) {
      throw e;
    } catch (RuntimeException e) {
      throw RecordReader.refused(recordClass, e);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public boolean isImmutable() {
    return immutable;
  }

  @Override
  @SuppressWarnings("unchecked") // The copier ends with the constructor of the class.
  public R copy(R value) {
    if (immutable) {
      return value;
    }
    if (copier == null) {
      return MadeOfParts.super.copy(value);
    }
    try {
      return (R) (Object) copier.invokeExact((Object) value);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public int fixedLength() {
    return longReader.fixedLength();
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
    try {
      return (boolean) equality.invokeExact((Object) a, (Object) b);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  @Override
  public boolean canRefuse() {
    return canRefuse;
  }

  @Override
  public List<TypeSerializer<?>> parts() {
    return parts;
  }

  @Override
  public TypeSerializer<R> withParts(List<TypeSerializer<?>> own) {
    return new RecordSerializer<>(recordClass, own, options, evolution.schemaReaders());
  }

  @Override
  public Duplicates duplicates() {
    return duplicates;
  }

  private IllegalStateException failed(Throwable cause) {
    return new IllegalStateException(
        "record " + recordClass.type().getName() + " failed in its own code: " + cause, cause);
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  /**
   * {@inheritDoc} Components are matched by name, so that they can be added, removed, renamed and
   * put in another order.
   */
  @Override
  public Compatibility<R> compatibility(StoredType stored, Path path) {
    return stored.type().equals(Words.RECORD)
        ? path.once(
            this,
            stored,
            () -> BackReference.late(recordClass.type().getName()),
            () -> evolution.from(stored, path))
        : path.differs(stored, schema);
  }
}
