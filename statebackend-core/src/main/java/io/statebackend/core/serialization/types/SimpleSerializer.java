// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.Compatibility;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;

/**
 * A serializer of a simple type, which may also be read where a narrower number was stored.
 *
 * @param <T> the type of the values
 */
interface SimpleSerializer<T> extends BuiltInSerializer<T> {

  @Override
  default Compatibility<T> compatibility(StoredType stored, Path path) {
    return Widening.answer(this, stored, path);
  }
}
