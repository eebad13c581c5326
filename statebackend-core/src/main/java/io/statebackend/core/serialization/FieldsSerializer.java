// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Objects as their fields, in the order of the names.
 *
 * <p>Stands in for Kryo's own field serializer, which sets fields through {@code sun.misc.Unsafe}:
 * that does not check types, so that damaged bytes could put any object into any field, and newer
 * JDKs warn of it.
 *
 * @param <T> the class
 */
final class FieldsSerializer<T> extends Serializer<T> {
  private final Class<T> type;
  private final List<Field> fields;

  FieldsSerializer(Class<T> type) {
    this.type = type;
    this.fields = fieldsOf(type);
    for (Field field : fields) {
      try {
        field.setAccessible(true);
      } catch (InaccessibleObjectException e) {
        throw new IllegalArgumentException(
            "class "
                + type.getName()
                + " cannot be written by Kryo: its field "
                + field.getName()
                + " of "
                + field.getDeclaringClass().getName()
                + " is closed; make what holds it transient, or open the package to "
                + FieldsSerializer.class.getModule(),
            e);
      }
    }
  }

  /** Tells whether a field belongs to the state of its object. */
  static boolean isWritten(Field field) {
    return (field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0;
  }

  private static List<Field> fieldsOf(Class<?> type) {
    List<Field> fields = new ArrayList<>();
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (isWritten(field)) {
          fields.add(field);
        }
      }
    }
    // A subclass may have a field of the name of one of its superclass: it comes first.
    fields.sort(Comparator.comparing(Field::getName));
    return List.copyOf(fields);
  }

  /** Returns the fields in the order they are written. */
  List<Field> fields() {
    return fields;
  }

  @Override
  public void write(Kryo kryo, Output output, T object) {
    for (Field field : fields) {
      try {
        if (field.getType().isPrimitive()) {
          writePrimitive(output, field, object);
        } else if (kryo.isFinal(field.getType())) {
          kryo.writeObjectOrNull(output, field.get(object), field.getType());
        } else {
          kryo.writeClassAndObject(output, field.get(object));
        }
      } catch (IllegalAccessException | RuntimeException e) {
        throw failed(field, e);
      }
    }
  }

  private static void writePrimitive(Output output, Field field, Object object)
      throws IllegalAccessException {
    Class<?> fieldType = field.getType();
    if (fieldType == int.class) {
      output.writeVarInt(field.getInt(object), false);
    } else if (fieldType == long.class) {
      output.writeVarLong(field.getLong(object), false);
    } else if (fieldType == double.class) {
      output.writeDouble(field.getDouble(object));
    } else if (fieldType == boolean.class) {
      output.writeBoolean(field.getBoolean(object));
    } else if (fieldType == float.class) {
      output.writeFloat(field.getFloat(object));
    } else if (fieldType == char.class) {
      output.writeChar(field.getChar(object));
    } else if (fieldType == short.class) {
      output.writeShort(field.getShort(object));
    } else {
      output.writeByte(field.getByte(object));
    }
  }

  @Override
  public T read(Kryo kryo, Input input, Class<? extends T> ignored) {
    T object = kryo.newInstance(type);
    kryo.reference(object);
    for (Field field : fields) {
      try {
        if (field.getType().isPrimitive()) {
          readPrimitive(input, field, object);
        } else if (kryo.isFinal(field.getType())) {
          field.set(object, kryo.readObjectOrNull(input, field.getType()));
        } else {
          field.set(object, kryo.readClassAndObject(input));
        }
      } catch (IllegalAccessException | RuntimeException e) {
        throw failed(field, e);
      }
    }
    return object;
  }

  private static void readPrimitive(Input input, Field field, Object object)
      throws IllegalAccessException {
    Class<?> fieldType = field.getType();
    if (fieldType == int.class) {
      field.setInt(object, input.readVarInt(false));
    } else if (fieldType == long.class) {
      field.setLong(object, input.readVarLong(false));
    } else if (fieldType == double.class) {
      field.setDouble(object, input.readDouble());
    } else if (fieldType == boolean.class) {
      field.setBoolean(object, input.readBoolean());
    } else if (fieldType == float.class) {
      field.setFloat(object, input.readFloat());
    } else if (fieldType == char.class) {
      field.setChar(object, input.readChar());
    } else if (fieldType == short.class) {
      field.setShort(object, input.readShort());
    } else {
      field.setByte(object, input.readByte());
    }
  }

  @Override
  public T copy(Kryo kryo, T original) {
    T copy = kryo.newInstance(type);
    kryo.reference(copy);
    for (Field field : fields) {
      try {
        @Nullable Object value = field.get(original);
        field.set(copy, field.getType().isPrimitive() ? value : kryo.copy(value));
      } catch (IllegalAccessException | RuntimeException e) {
        throw failed(field, e);
      }
    }
    return copy;
  }

  private KryoException failed(Field field, Exception cause) {
    KryoException failure =
        cause instanceof KryoException e ? e : new KryoException(cause.getMessage(), cause);
    failure.addTrace(field.getName() + " (" + type.getName() + ")");
    return failure;
  }
}
