// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.util.Util;
import io.statebackend.api.FormerNames;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One field of a class that Kryo writes field by field. */
public final class KryoField {
  private final Field field;
  private final Class<?> type;

  /** Whether the class of a value need not be written, as Kryo says it. */
  private final boolean isFinal;

  /** What writes and reads objects of a final class, and the Kryo that it is of. */
  private @Nullable Serializer<?> serializer;

  private @Nullable Kryo owner;

  private KryoField(Field field) {
    this.field = field;
    this.type = field.getType();
    this.isFinal = isFinal(type);
  }

  /** Tells whether objects of a declared class have no other class, so that it is not written. */
  static boolean isFinal(Class<?> type) {
    return Modifier.isFinal(Util.getElementClass(type).getModifiers());
  }

  /** Tells whether a field belongs to the state of its object. */
  static boolean isWritten(Field field) {
    return (field.getModifiers() & (Modifier.STATIC | Modifier.TRANSIENT)) == 0;
  }

  /**
   * Returns the fields of a class and its superclasses, in the order in which they are written.
   *
   * @throws IllegalArgumentException if one cannot be accessed
   */
  static List<KryoField> of(Class<?> type) {
    List<KryoField> fields = new ArrayList<>();
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (Field field : c.getDeclaredFields()) {
        if (isWritten(field)) {
          open(field, type);
          fields.add(new KryoField(field));
        }
      }
    }
    // A subclass may have a field of the name of one of its superclass: it comes first.
    fields.sort(Comparator.comparing(KryoField::name));
    return List.copyOf(fields);
  }

  private static void open(Field field, Class<?> type) {
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
              + KryoField.class.getModule(),
          e);
    }
  }

  String name() {
    return field.getName();
  }

  Class<?> type() {
    return type;
  }

  /** Returns the names that the field had before. */
  List<String> formerNames() {
    FormerNames former = field.getAnnotation(FormerNames.class);
    return former == null ? List.of() : List.of(former.value());
  }

  @Nullable Object get(Object object) {
    try {
      return field.get(object);
    } catch (IllegalAccessException e) {
      throw unexpected(e);
    }
  }

  void set(Object object, @Nullable Object value) {
    try {
      field.set(object, value);
    } catch (IllegalAccessException e) {
      throw unexpected(e);
    }
  }

  private static IllegalStateException unexpected(IllegalAccessException cause) {
    return new IllegalStateException("a field that was opened is closed: " + cause, cause);
  }

  /** Writes the value that an object has. */
  void write(Kryo kryo, Output output, Object object) {
    try {
      if (type.isPrimitive()) {
        writePrimitive(output, object);
      } else if (isFinal) {
        kryo.writeObjectOrNull(output, field.get(object), serializer(kryo));
      } else {
        kryo.writeClassAndObject(output, field.get(object));
      }
    } catch (IllegalAccessException e) {
      throw unexpected(e);
    }
  }

  private void writePrimitive(Output output, Object object) throws IllegalAccessException {
    if (type == int.class) {
      output.writeVarInt(field.getInt(object), false);
    } else if (type == long.class) {
      output.writeVarLong(field.getLong(object), false);
    } else if (type == double.class) {
      output.writeDouble(field.getDouble(object));
    } else if (type == boolean.class) {
      output.writeBoolean(field.getBoolean(object));
    } else if (type == float.class) {
      output.writeFloat(field.getFloat(object));
    } else if (type == char.class) {
      output.writeChar(field.getChar(object));
    } else if (type == short.class) {
      output.writeShort(field.getShort(object));
    } else {
      output.writeByte(field.getByte(object));
    }
  }

  /** Looks the serializer up once: a field belongs to one Kryo as a rule. */
  private Serializer<?> serializer(Kryo kryo) {
    Serializer<?> known = serializer;
    if (known == null || owner != kryo) {
      known = kryo.getRegistration(type).getSerializer();
      serializer = known;
      owner = kryo;
    }
    return known;
  }

  /** Reads a value; primitives come in their boxes. */
  @Nullable Object read(Kryo kryo, Input input) {
    return isFinal && !type.isPrimitive()
        ? kryo.readObjectOrNull(input, type, serializer(kryo))
        : KryoValue.read(type, isFinal, kryo, input);
  }

  /** Reads a value into an object. */
  void readInto(Kryo kryo, Input input, Object object) {
    try {
      if (type == int.class) {
        field.setInt(object, input.readVarInt(false));
      } else if (type == long.class) {
        field.setLong(object, input.readVarLong(false));
      } else if (type == double.class) {
        field.setDouble(object, input.readDouble());
      } else {
        field.set(object, read(kryo, input));
      }
    } catch (IllegalAccessException e) {
      throw unexpected(e);
    }
  }

  /** Copies the value of one object into another. */
  void copyInto(Kryo kryo, Object original, Object copy) {
    @Nullable Object value = get(original);
    set(copy, type.isPrimitive() ? value : kryo.copy(value));
  }
}
