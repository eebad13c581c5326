// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.statebackend.core.serialization.records.AbsentValue;
import io.statebackend.core.serialization.records.RecordClass;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads objects whose fields were others when they were stored.
 *
 * @param <T> the class
 */
public final class FormerFieldsSerializer<T> extends Serializer<T> {

  /**
   * A field as it was stored.
   *
   * @param name its name then, for messages
   * @param value reads its value
   * @param target the field that it becomes, or {@code null} if nothing becomes of it
   * @param conversion makes the new value of the stored one, which is not null
   */
  record StoredField(
      String name, KryoValue value, @Nullable KryoField target, UnaryOperator<Object> conversion) {}

  private final Class<T> type;
  private final List<StoredField> fields;
  private final @Nullable RecordClass<T> recordClass;

  FormerFieldsSerializer(Class<T> type, List<StoredField> fields) {
    this.type = type;
    this.fields = List.copyOf(fields);
    this.recordClass = type.isRecord() ? new RecordClass<>(type) : null;
  }

  /** Refuses, as stored forms are only read. */
  @Override
  public void write(Kryo kryo, Output output, T object) {
    throw new UnsupportedOperationException("reads what was stored of " + type.getName());
  }

  @Override
  public T read(Kryo kryo, Input input, Class<? extends T> ignored) {
    return recordClass == null ? readObject(kryo, input) : readRecord(recordClass, kryo, input);
  }

  private T readObject(Kryo kryo, Input input) {
    T object = kryo.newInstance(type);
    kryo.reference(object);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    graph.begin(object);
    for (StoredField field : fields) {
      @Nullable Object value = read(field, kryo, input);
      if (field.target != null) {
        field.target.set(object, value);
      }
    }
    graph.end();
    return object;
  }

  private T readRecord(RecordClass<T> made, Kryo kryo, Input input) {
    RecordComponent[] components = made.components();
    @Nullable Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      values[i] = AbsentValue.of(components[i]).source().make();
    }
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    for (StoredField field : fields) {
      @Nullable Object value = read(field, kryo, input);
      if (field.target != null) {
        values[made.indexOf(field.target.name())] = value;
      }
    }
    T created = made.create(values);
    graph.endParts(outer, created);
    return created;
  }

  private @Nullable Object read(StoredField field, Kryo kryo, Input input) {
    try {
      if (field.target == null) {
        discard(field, (RegisteredOnlyKryo) kryo, input);
        return null;
      }
      @Nullable Object value = field.value.read(kryo, input);
      return value == null ? null : field.conversion.apply(value);
    } catch (RuntimeException e) {
      throw FieldsSerializer.failed(type, field.name, e);
    }
  }

  private static void discard(StoredField field, RegisteredOnlyKryo kryo, Input input) {
    kryo.beginDiscarding();
    try {
      Object unused = field.value.read(kryo, input);
    } finally {
      kryo.endDiscarding();
    }
  }
}
