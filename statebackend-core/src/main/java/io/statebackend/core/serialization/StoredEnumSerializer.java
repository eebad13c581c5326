// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import org.jspecify.annotations.Nullable;

/** Reads constants of an enum that has lost or renamed some since they were stored. */
final class StoredEnumSerializer extends Serializer<Object> {
  private final TypeSerializer<?> constants;

  /** Creates the serializer; {@code constants} reads a constant as a string of its stored name. */
  StoredEnumSerializer(TypeSerializer<?> constants) {
    super(true, true);
    this.constants = constants;
  }

  /** Refuses, as stored forms are only read. */
  @Override
  public void write(Kryo kryo, Output output, @Nullable Object object) {
    throw new UnsupportedOperationException("reads what was stored of " + constants.schema());
  }

  @Override
  public @Nullable Object read(Kryo kryo, Input input, Class<? extends Object> ignored) {
    @Nullable String name = input.readString();
    if (name == null) {
      return null;
    }
    BinaryOutput out = new BinaryOutput();
    out.writeString(name);
    try {
      return constants.deserialize(new BinaryInput(out.toByteArray()));
    } catch (CorruptStateException e) {
      throw new KryoException(e.getMessage(), e);
    }
  }
}
