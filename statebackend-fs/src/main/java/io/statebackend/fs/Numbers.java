// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSerializer;
import org.jspecify.annotations.Nullable;

/** Finds types whose values are read and written as numbers, without their serializers. */
final class Numbers {
  private Numbers() {}

  /** Returns the serializer of a type whose serialized form is its number, otherwise null. */
  static <T> @Nullable LongEncodedSerializer<T> of(TypeSerializer<T> serializer) {
    return serializer instanceof LongEncodedSerializer<T> encoded && encoded.isBigEndianLong()
        ? encoded
        : null;
  }
}
