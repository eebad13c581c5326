// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import static java.util.Objects.requireNonNull;

/** A new data key, in the clear and wrapped. */
public final class DataKey {
  private final byte[] key;
  private final WrappedKey wrapped;

  /**
   * Creates it.
   *
   * @param key 32 random bytes; copied
   * @param wrapped the same key, encrypted with a master key
   * @throws IllegalArgumentException if the key has another length
   */
  public DataKey(byte[] key, WrappedKey wrapped) {
    if (key.length != AesGcm.KEY_SIZE_BYTES) {
      throw new IllegalArgumentException(
          "not a data key: expected bytes=" + AesGcm.KEY_SIZE_BYTES + ", actual=" + key.length);
    }
    this.key = key.clone();
    this.wrapped = requireNonNull(wrapped, "wrapped");
  }

  /**
   * Returns the key.
   *
   * @return a copy of the 32 bytes
   */
  public byte[] key() {
    return key.clone();
  }

  /**
   * Returns the key as it is stored.
   *
   * @return the wrapped key
   */
  public WrappedKey wrapped() {
    return wrapped;
  }
}
