// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.List;

/**
 * Reads records as they were stored: the components in their stored order, each by the serializer
 * for its stored type.
 *
 * @param <R> the record class
 */
final class RecordReader<R> implements TypeSerializer<R> {

  /**
   * A component as it was stored.
   *
   * @param serializer reads it
   * @param nullBit its bit in the null bits, or {@link #NEVER_NULL}
   * @param target the component of the class that it becomes
   */
  record StoredComponent(TypeSerializer<?> serializer, int nullBit, int target) {
    static final int NEVER_NULL = -1;
  }

  private final RecordClass<R> recordClass;
  private final TypeSchema schema;
  private final StoredComponent[] components;
  private final int nullBytes;
  private final int fixedLength;
  private final boolean immutable;

  RecordReader(RecordClass<R> recordClass, TypeSchema schema, List<StoredComponent> components) {
    this.recordClass = recordClass;
    this.schema = schema;
    this.components = components.toArray(StoredComponent[]::new);
    int nullable = 0;
    int length = 0;
    boolean allImmutable = true;
    for (StoredComponent component : components) {
      int part = component.serializer.fixedLength();
      if (component.nullBit != StoredComponent.NEVER_NULL) {
        nullable++;
        length = VARIABLE_LENGTH;
      } else if (length != VARIABLE_LENGTH) {
        length = part == VARIABLE_LENGTH ? VARIABLE_LENGTH : length + part;
      }
      allImmutable &= component.serializer.isImmutable();
    }
    this.nullBytes = (nullable + 7) / 8;
    this.fixedLength = length;
    this.immutable = allImmutable;
  }

  /** Returns the number of bytes that the null bits take. */
  int nullBytes() {
    return nullBytes;
  }

  /** Refuses, as stored forms are only read. */
  @Override
  public void serialize(R value, BinaryOutput out) {
    throw new UnsupportedOperationException("reads records as they were stored as " + schema);
  }

  @Override
  public R deserialize(BinaryInput in) {
    int nullsAt = in.position();
    in.skip(nullBytes);
    Object[] values = new Object[components.length];
    for (StoredComponent component : components) {
      if (!isNull(component.nullBit, in.array(), nullsAt)) {
        values[component.target] = component.serializer.deserialize(in);
      }
    }
    try {
      return recordClass.create(values);
    } catch (StateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new CorruptStateException(
          "record " + recordClass.type().getName() + " refuses the stored components: " + e, e);
    }
  }

  private static boolean isNull(int nullBit, byte[] bytes, int nullsAt) {
    return nullBit != StoredComponent.NEVER_NULL
        && (bytes[nullsAt + (nullBit >> 3)] >> (nullBit & 7) & 1) != 0;
  }

  @Override
  public boolean isImmutable() {
    return immutable;
  }

  @Override
  public int fixedLength() {
    return fixedLength;
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }
}
