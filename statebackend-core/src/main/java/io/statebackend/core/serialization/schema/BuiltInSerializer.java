// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;

/**
 * A serializer of this package: one that says at which path inside a value a difference lies.
 *
 * @param <T> the type of the values
 */
public interface BuiltInSerializer<T> extends TypeSerializer<T> {

  /** Tells whether some value that the type allows may be refused when it is written. */
  default boolean canRefuse() {
    return false;
  }

  /** Tells the same of any serializer: of one that is not ours, it may. */
  static boolean canRefuse(TypeSerializer<?> serializer) {
    return serializer instanceof BuiltInSerializer<?> builtIn
        ? builtIn.canRefuse()
        : serializer.fixedLength() < 0;
  }

  @Override
  default Compatibility<T> compatibility(TypeSchema stored) {
    return Comparison.of(this, stored);
  }

  /**
   * Compares as {@link #compatibility(TypeSchema)} does, for a part of a value.
   *
   * @param stored the schema the part was written with
   * @param path where in the whole value the part lies, for the message
   */
  default Compatibility<T> compatibility(StoredType stored, Path path) {
    return schema().equals(stored.schema()) ? Compatibility.asIs() : path.differs(stored, schema());
  }
}
