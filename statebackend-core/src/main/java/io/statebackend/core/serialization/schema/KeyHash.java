// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.TypeSerializer;

/**
 * The hash of a type made of others, if it can be a key.
 *
 * @param <T> the type of the values
 */
public final class KeyHash<T> {
  private final TypeSerializer<T> serializer;
  private final boolean canBeKey;

  /** Creates it for a serializer that has its schema already. */
  public KeyHash(TypeSerializer<T> serializer) {
    this.serializer = serializer;
    this.canBeKey = KeyTypes.obstacle(serializer.schema()) == null;
  }

  /**
   * Returns the hash of the serialized bytes.
   *
   * @throws IllegalArgumentException if the type cannot be a key
   */
  public long of(T value) {
    if (!canBeKey) {
      KeyTypes.check(serializer, "key");
    }
    return SerializedHash.of(serializer, value);
  }
}
