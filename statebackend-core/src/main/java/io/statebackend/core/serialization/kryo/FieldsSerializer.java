// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/**
 * Objects as their fields, in the order of the names.
 *
 * <p>Stands in for Kryo's field serializer, which sets fields through {@code sun.misc.Unsafe}: that
 * does not check types, so that damaged bytes could put any object into any field, and newer JDKs
 * warn of it.
 *
 * @param <T> the class
 */
public final class FieldsSerializer<T> extends Serializer<T> {
  private final Class<T> type;
  private final KryoField[] fields;

  FieldsSerializer(Class<T> type) {
    this.type = type;
    this.fields = KryoField.of(type).toArray(KryoField[]::new);
  }

  @Override
  public void write(Kryo kryo, Output output, T object) {
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    graph.begin(object);
    for (KryoField field : fields) {
      try {
        field.write(kryo, output, object);
      } catch (RuntimeException e) {
        throw failed(type, field.name(), e);
      }
    }
    graph.end();
  }

  @Override
  public T read(Kryo kryo, Input input, Class<? extends T> ignored) {
    T object = kryo.newInstance(type);
    kryo.reference(object);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    graph.begin(object);
    for (KryoField field : fields) {
      try {
        field.readInto(kryo, input, object);
      } catch (RuntimeException e) {
        throw failed(type, field.name(), e);
      }
    }
    graph.end();
    return object;
  }

  @Override
  public T copy(Kryo kryo, T original) {
    T copy = kryo.newInstance(type);
    kryo.reference(copy);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    graph.begin(copy);
    for (KryoField field : fields) {
      try {
        field.copyInto(kryo, original, copy);
      } catch (RuntimeException e) {
        throw failed(type, field.name(), e);
      }
    }
    graph.end();
    return copy;
  }

  /** Returns the message of an error, or what it is if it has none. */
  static String describe(RuntimeException cause) {
    return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
  }

  /** Adds to an error in which field it happened. */
  static KryoException failed(Class<?> type, String field, RuntimeException cause) {
    KryoException failure =
        cause instanceof KryoException e ? e : new KryoException(describe(cause), cause);
    failure.addTrace(field + " (" + type.getName() + ")");
    return failure;
  }
}
