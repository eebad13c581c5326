// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;

/** A data key that is encrypted with a master key. Immutable. */
public final class WrappedKey {
  private final String masterKeyId;
  private final byte[] bytes;

  /**
   * Creates it.
   *
   * @param masterKeyId the name of the master key, of at most 65,535 bytes of UTF-8; it is not
   *     secret
   * @param bytes what the key service needs to unwrap it, at most 65,535; copied
   */
  public WrappedKey(String masterKeyId, byte[] bytes) {
    this.masterKeyId = requireNonNull(masterKeyId, "masterKeyId");
    this.bytes = bytes.clone();
  }

  /**
   * Returns the name of the master key.
   *
   * @return the name
   */
  public String masterKeyId() {
    return masterKeyId;
  }

  /**
   * Returns the encrypted key.
   *
   * @return a copy of the bytes
   */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WrappedKey that
        && masterKeyId.equals(that.masterKeyId)
        && Arrays.equals(bytes, that.bytes);
  }

  @Override
  public int hashCode() {
    return 31 * masterKeyId.hashCode() + Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "WrappedKey[masterKeyId=" + masterKeyId + ", " + bytes.length + " bytes]";
  }
}
