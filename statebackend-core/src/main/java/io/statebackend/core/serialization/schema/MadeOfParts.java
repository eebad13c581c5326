// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.TypeSerializer;
import java.util.List;

/**
 * A serializer made of others. It is thread-safe if they are; otherwise its duplicate is made of
 * theirs.
 *
 * @param <T> the type of the values
 */
public interface MadeOfParts<T> extends BuiltInSerializer<T> {

  /** Returns the serializers that it is made of, in a fixed order. */
  List<TypeSerializer<?>> parts();

  /** Makes the same of duplicates of {@link #parts}, in their order. */
  TypeSerializer<T> withParts(List<TypeSerializer<?>> duplicates);

  /** Returns what knows whether the parts are thread-safe; always the same object. */
  Duplicates duplicates();

  @Override
  default TypeSerializer<T> duplicate() {
    return duplicates().of(this);
  }
}
