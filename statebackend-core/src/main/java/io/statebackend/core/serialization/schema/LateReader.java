// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.TypeSerializer;

/**
 * Stands for the serializer or reader of a type inside that very one, which is made of its parts.
 *
 * @param <T> the type of the values
 */
public interface LateReader<T> extends TypeSerializer<T> {

  /** Sets what it stands for, before it is used. */
  void bind(TypeSerializer<T> serializer);

  /** Returns what it stands for. */
  TypeSerializer<T> whole();

  /** Returns another one, which stands for nothing yet. */
  LateReader<T> unbound();
}
