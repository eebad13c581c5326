// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** Reads arrays of objects as they were stored: the length + 1, and the elements. */
public final class FormerElementsSerializer extends Serializer<Object> {
  private final Class<?> elementType;
  private final KryoValue element;

  FormerElementsSerializer(Class<?> elementType, KryoValue element) {
    super(true, false);
    this.elementType = elementType;
    this.element = element;
  }

  /** Refuses, as stored forms are only read. */
  @Override
  public void write(Kryo kryo, Output output, @Nullable Object object) {
    throw new UnsupportedOperationException("reads stored arrays of " + elementType.getName());
  }

  @Override
  public @Nullable Object read(Kryo kryo, Input input, Class<? extends Object> ignored) {
    int length = input.readVarInt(true) - 1;
    if (length < 0) {
      return null;
    }
    Object[] array = (Object[]) Array.newInstance(elementType, length);
    kryo.reference(array);
    OpenObjects graph = ((RegisteredOnlyKryo) kryo).graph();
    OpenObjects.Parts outer = graph.beginParts();
    for (int i = 0; i < length; i++) {
      array[i] = element.read(kryo, input);
    }
    graph.endParts(outer, array);
    return array;
  }
}
