// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.Serializers;
import java.util.concurrent.atomic.AtomicLong;

/** Numbers that can change, equal if they are the same number now. */
final class MutableSerializer implements TypeSerializer<AtomicLong> {

  @Override
  public void serialize(AtomicLong value, BinaryOutput out) {
    out.writeLong(value.get());
  }

  @Override
  public AtomicLong deserialize(BinaryInput in) {
    return new AtomicLong(in.readLong());
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public boolean equal(AtomicLong a, AtomicLong b) {
    return a.get() == b.get();
  }

  @Override
  public TypeSchema schema() {
    return Serializers.LONG.schema();
  }
}
