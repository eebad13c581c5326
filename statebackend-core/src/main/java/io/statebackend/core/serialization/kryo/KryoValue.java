// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import org.jspecify.annotations.Nullable;

/** How the value of a stored field is read. */
@FunctionalInterface
public interface KryoValue {

  /** Reads a value; primitives come in their boxes. */
  @Nullable Object read(Kryo kryo, Input input);

  /**
   * Reads what a field of a declared type holds; primitives come in their boxes.
   *
   * @param isFinal whether the type is final, so that the class of the object does not stand before
   */
  static @Nullable Object read(Class<?> type, boolean isFinal, Kryo kryo, Input input) {
    if (type.isPrimitive()) {
      return readPrimitive(type, input);
    }
    return isFinal ? kryo.readObjectOrNull(input, type) : kryo.readClassAndObject(input);
  }

  private static Object readPrimitive(Class<?> type, Input input) {
    return switch (type.getName()) {
      case "int" -> input.readVarInt(false);
      case "long" -> input.readVarLong(false);
      case "double" -> input.readDouble();
      case "boolean" -> input.readBoolean();
      case "float" -> input.readFloat();
      case "char" -> input.readChar();
      case "short" -> input.readShort();
      default -> input.readByte();
    };
  }

  /** Returns how a field of a final class is read that is gone. */
  static KryoValue ofGone(GoneSerializer serializer) {
    return (kryo, input) -> readGone(kryo, input, serializer.standIn(), serializer);
  }

  private static @Nullable Object readGone(
      Kryo kryo, Input input, Class<?> standIn, Serializer<?> serializer) {
    return kryo.readObjectOrNull(input, standIn, serializer);
  }
}
