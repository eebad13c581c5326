// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/**
 * Arrays of objects: 1 + the number of elements, and these, each as a field of their declared class
 * is written. 0 stands for no array.
 */
final class ArrayForm extends Serializer<@Nullable Object @Nullable []> {
  private final Class<?> elementType;
  private final boolean isFinal;

  ArrayForm(Class<?> arrayType) {
    super(true, false);
    this.elementType = arrayType.getComponentType();
    this.isFinal = KryoField.isFinal(elementType);
  }

  @Override
  public void write(Kryo kryo, Output output, @Nullable Object @Nullable [] array) {
    if (array == null) {
      output.writeByte(0);
      return;
    }
    output.writeVarInt(array.length + 1, true);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    for (Object element : array) {
      if (isFinal) {
        kryo.writeObjectOrNull(output, element, elementType);
      } else {
        kryo.writeClassAndObject(output, element);
      }
    }
    graph.endParts(outer, array);
  }

  @Override
  public @Nullable Object @Nullable [] read(
      Kryo kryo, Input input, Class<? extends @Nullable Object @Nullable []> ignored) {
    int length = input.readVarInt(true) - 1;
    if (length < 0) {
      return null;
    }
    @Nullable Object[] array = (@Nullable Object[]) Array.newInstance(elementType, length);
    kryo.reference(array);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    for (int i = 0; i < length; i++) {
      array[i] = KryoValue.read(elementType, isFinal, kryo, input);
    }
    graph.endParts(outer, array);
    return array;
  }

  @Override
  public @Nullable Object @Nullable [] copy(Kryo kryo, @Nullable Object @Nullable [] original) {
    if (original == null) {
      return null;
    }
    @Nullable Object[] copy = (@Nullable Object[]) Array.newInstance(elementType, original.length);
    kryo.reference(copy);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    for (int i = 0; i < copy.length; i++) {
      copy[i] = kryo.copy(original[i]);
    }
    graph.endParts(outer, copy);
    return copy;
  }
}
