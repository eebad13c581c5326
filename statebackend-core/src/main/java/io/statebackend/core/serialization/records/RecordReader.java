// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.MigrationReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads records as they were stored: the components in their stored order, each by the serializer
 * for its stored type. Those that the class has no more are skipped, those that it has got since
 * take their default.
 *
 * @param <R> the record class
 */
public final class RecordReader<R> implements MigrationReader<R> {

  /**
   * A component as it was stored.
   *
   * @param serializer reads it
   * @param nullBit its bit in the null bits, or {@link RecordComponentForm#NEVER_NULL}
   * @param target the component of the class that it becomes, or {@link #NOWHERE}
   * @param whenNull what it becomes if it is stored as null
   */
  record StoredComponent(
      TypeSerializer<?> serializer, int nullBit, int target, AbsentValue.Source whenNull) {
    static final int NOWHERE = -1;
  }

  private final RecordClass<R> recordClass;
  private final TypeSchema schema;
  private final StoredComponent[] stored;

  /** By component of the class, what it becomes if it was not stored; null if it was. */
  private final AbsentValue.@Nullable Source[] added;

  private final int nullBytes;
  private final int fixedLength;

  RecordReader(
      RecordClass<R> recordClass,
      TypeSchema schema,
      List<StoredComponent> stored,
      AbsentValue.@Nullable Source[] added) {
    this.recordClass = recordClass;
    this.schema = schema;
    this.stored = stored.toArray(StoredComponent[]::new);
    this.added = added;
    int nullable = 0;
    List<TypeSerializer<?>> parts = new ArrayList<>();
    for (StoredComponent component : stored) {
      parts.add(component.serializer);
      nullable += component.nullBit == RecordComponentForm.NEVER_NULL ? 0 : 1;
    }
    this.nullBytes = (nullable + 7) / 8;
    this.fixedLength = nullable > 0 ? VARIABLE_LENGTH : RecordParts.fixedLength(parts);
  }

  @Override
  public R deserialize(BinaryInput in) {
    int nullsAt = in.position();
    in.skip(nullBytes);
    @Nullable Object[] values = new Object[added.length];
    for (StoredComponent component : stored) {
      boolean isNull =
          component.nullBit != RecordComponentForm.NEVER_NULL
              && RecordParts.isNull(component.nullBit, in, nullsAt);
      Object value = isNull ? component.whenNull.make() : component.serializer.deserialize(in);
      if (component.target != StoredComponent.NOWHERE) {
        values[component.target] = value;
      }
    }
    for (int i = 0; i < values.length; i++) {
      AbsentValue.Source source = added[i];
      if (source != null) {
        values[i] = source.make();
      }
    }
    try {
      return recordClass.create(values);
    } catch (StateException e) {
      throw e;
    } catch (RuntimeException e) {
      throw addedNames().isEmpty() ? refused(recordClass, e) : refusedDefaults(e);
    }
  }

  /** The stored part is not damaged: an older version of the record took it. */
  private IncompatibleStateException refusedDefaults(RuntimeException cause) {
    return new IncompatibleStateException(
        "record %s refuses a stored value with the defaults of the components that it has got since, %s: %s; say by @DefaultValue what these become, or let the constructor take the defaults"
            .formatted(recordClass.type().getName(), addedNames(), cause),
        cause);
  }

  private List<String> addedNames() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < added.length; i++) {
      if (added[i] != null) {
        names.add(recordClass.components()[i].getName());
      }
    }
    return names;
  }

  static CorruptStateException refused(RecordClass<?> recordClass, RuntimeException cause) {
    return new CorruptStateException(
        "record " + recordClass.type().getName() + " refuses the stored components: " + cause,
        cause);
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
