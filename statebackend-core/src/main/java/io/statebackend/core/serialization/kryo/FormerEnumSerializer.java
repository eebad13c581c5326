// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.statebackend.core.serialization.types.EnumNames;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads constants of an enum that may have lost or renamed some since they were stored. */
public final class FormerEnumSerializer extends Serializer<Object> {
  private final EnumNames<?> names;
  private final List<String> stored;

  /** Creates the serializer; {@code stored} are the names that the constants had. */
  FormerEnumSerializer(EnumNames<?> names, List<String> stored) {
    super(true, true);
    this.names = names;
    this.stored = stored;
  }

  /** Refuses, as stored forms are only read. */
  @Override
  public void write(Kryo kryo, Output output, @Nullable Object object) {
    throw new UnsupportedOperationException("reads what was stored as one of " + stored);
  }

  @Override
  public @Nullable Object read(Kryo kryo, Input input, Class<? extends Object> ignored) {
    @Nullable String name = input.readString();
    if (name == null) {
      return null;
    }
    if (!stored.contains(name)) {
      throw new KryoException("not a constant: expected=one of " + stored + ", actual=" + name);
    }
    @Nullable Object constant = names.find(name, stored);
    if (constant == null) {
      throw names.gone(name);
    }
    return constant;
  }
}
