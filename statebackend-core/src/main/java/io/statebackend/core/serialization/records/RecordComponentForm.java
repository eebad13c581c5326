// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.lang.reflect.RecordComponent;
import java.util.List;

/**
 * A component of a record and its serialized form.
 *
 * @param index its place in the declaration
 * @param name its name
 * @param formerNames names it had before
 * @param serializer its serialized form when it is not null
 * @param nullBit its bit in the null bits, or {@link #NEVER_NULL}
 * @param absent what it becomes where nothing is stored
 */
public record RecordComponentForm(
    int index,
    String name,
    List<String> formerNames,
    TypeSerializer<Object> serializer,
    int nullBit,
    AbsentValue absent) {

  /** Stands for a bit: the component is a primitive. */
  public static final int NEVER_NULL = -1;

  @SuppressWarnings("unchecked") // Only ever given values of the component it was made for.
  static RecordComponentForm of(
      RecordComponent component,
      int index,
      TypeSerializer<?> serializer,
      int nullBit,
      RecordOptions options) {
    TypeSerializer<Object> typed = (TypeSerializer<Object>) serializer;
    return new RecordComponentForm(
        index,
        component.getName(),
        options.formerNames(component),
        typed,
        nullBit,
        absent(component, typed, options));
  }

  private static AbsentValue absent(
      RecordComponent component, TypeSerializer<Object> serializer, RecordOptions options) {
    Object value = options.defaultValue(component);
    return value == null
        ? AbsentValue.of(component, serializer)
        : new AbsentValue(true, () -> serializer.copy(value));
  }

  boolean isNullable() {
    return nullBit != NEVER_NULL;
  }

  TypeSchema schema() {
    return isNullable() ? TypeSchema.of(Words.NULLABLE, serializer.schema()) : serializer.schema();
  }

  /** Tells whether a stored type says that the part can be null. */
  public static boolean isNullable(StoredType type) {
    return type.matches(Words.NULLABLE, 1);
  }

  /** Returns what a stored type says of the part when it is not null. */
  public static StoredType presentPart(StoredType type) {
    return isNullable(type) ? type.part(0) : type;
  }
}
