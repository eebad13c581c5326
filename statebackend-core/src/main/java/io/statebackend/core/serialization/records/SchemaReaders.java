// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.StoredType;
import java.util.Optional;

/** Finds what reads values of which only the stored schema is known, to pass over them. */
@FunctionalInterface
public interface SchemaReaders {

  /** Returns the serializer of a stored type, or nothing if a word in it is not known. */
  Optional<TypeSerializer<Object>> find(StoredType type);
}
