// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;

/**
 * What a snapshot says about the serialized form of a key, namespace or value.
 *
 * @param schema the readable description
 * @param fixedLength the length in bytes if it is the same for all values, or {@link
 *     TypeSerializer#VARIABLE_LENGTH}
 */
public record FieldMeta(TypeSchema schema, int fixedLength) {

  /** The form of something absent: no bytes. */
  public static final FieldMeta VOID = new FieldMeta(TypeSchema.of("void"), 0);

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException if the length is neither 0 or more nor variable
   */
  public FieldMeta {
    requireNonNull(schema, "schema");
    if (fixedLength < TypeSerializer.VARIABLE_LENGTH) {
      throw new IllegalArgumentException(
          "not a fixed length: type=" + schema + ", fixedLength=" + fixedLength);
    }
  }

  /**
   * Describes what a serializer writes.
   *
   * @param serializer the serializer to describe
   * @return its schema and fixed length
   */
  public static FieldMeta of(TypeSerializer<?> serializer) {
    return new FieldMeta(serializer.schema(), serializer.fixedLength());
  }
}
