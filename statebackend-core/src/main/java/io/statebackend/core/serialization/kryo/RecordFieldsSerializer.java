// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.statebackend.core.serialization.records.RecordClass;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Records in the form that {@link FieldsSerializer} gives to other objects, made by their
 * constructor.
 *
 * @param <R> the record
 */
public final class RecordFieldsSerializer<R> extends Serializer<R> {
  private final RecordClass<R> recordClass;
  private final List<KryoField> fields;

  /** By field, the index of its component. */
  private final int[] components;

  RecordFieldsSerializer(Class<R> type) {
    this.recordClass = new RecordClass<>(type);
    this.fields = KryoField.of(type);
    this.components = new int[fields.size()];
    for (int i = 0; i < components.length; i++) {
      components[i] = recordClass.indexOf(fields.get(i).name());
    }
  }

  @Override
  public void write(Kryo kryo, Output output, R object) {
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    graph.beginMadeLast(object);
    for (KryoField field : fields) {
      try {
        field.write(kryo, output, object);
        checkFilled(graph, field.get(object));
      } catch (RuntimeException e) {
        throw FieldsSerializer.failed(recordClass.type(), field.name(), e);
      }
    }
    graph.endMadeLast();
  }

  @Override
  public R read(Kryo kryo, Input input, Class<? extends R> ignored) {
    @Nullable Object[] values = new Object[components.length];
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    for (int i = 0; i < components.length; i++) {
      KryoField field = fields.get(i);
      try {
        values[components[i]] = field.read(kryo, input);
      } catch (RuntimeException e) {
        throw FieldsSerializer.failed(recordClass.type(), field.name(), e);
      }
    }
    R created = recordClass.create(values);
    graph.endParts(outer, created);
    return created;
  }

  @Override
  public R copy(Kryo kryo, R original) {
    @Nullable Object[] values = new Object[components.length];
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    graph.beginMadeLast(original);
    for (int i = 0; i < components.length; i++) {
      @Nullable Object value = kryo.copy(fields.get(i).get(original));
      checkFilled(graph, value);
      values[components[i]] = value;
    }
    graph.endMadeLast();
    R created = recordClass.create(values);
    graph.endParts(outer, created);
    return created;
  }

  /** A constructor may look into a collection, or copy it, before it is filled. */
  private void checkFilled(OpenObjects graph, @Nullable Object component) {
    if (graph.isUnfilled(component)
        && (component instanceof Collection
            || component instanceof Map
            || component instanceof Object[]
            || component instanceof Optional)) {
      throw new KryoException(
          "a record %s holds a %s with a set or map whose elements refer back to an object around it, and which is filled only after the record was made; use a class with fields in place of the record"
              .formatted(recordClass.type().getName(), component.getClass().getName()));
    }
  }
}
