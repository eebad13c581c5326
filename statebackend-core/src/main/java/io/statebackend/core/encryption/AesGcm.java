// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GCM with a key of 256 bits, a nonce of 12 bytes and a tag of 16. Not thread-safe. A nonce
 * must never be used twice with the same key, and the caller must ensure that.
 */
final class AesGcm {
  static final int KEY_SIZE_BYTES = 32;
  static final int NONCE_SIZE_BYTES = 12;
  static final int TAG_SIZE_BYTES = 16;

  private final SecretKeySpec key;
  private final Cipher cipher;

  AesGcm(SecretKeySpec key) {
    this.key = key;
    try {
      cipher = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  /** Makes the key of this cipher from its bytes, which are copied. */
  static SecretKeySpec key(byte[] bytes) {
    if (bytes.length != KEY_SIZE_BYTES) {
      throw new IllegalArgumentException(
          "not a key of AES-256: expected bytes=" + KEY_SIZE_BYTES + ", actual=" + bytes.length);
    }
    return new SecretKeySpec(bytes, "AES");
  }

  /** Encrypts; the target gets the tag as well. */
  void encrypt(
      byte[] nonce, byte[] bound, byte[] plain, int length, byte[] target, int targetOffset) {
    try {
      cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(8 * TAG_SIZE_BYTES, nonce));
      cipher.updateAAD(bound);
      int count = cipher.doFinal(plain, 0, length, target, targetOffset);
      assert count == length + TAG_SIZE_BYTES;
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  /**
   * Decrypts.
   *
   * @param length of what is encrypted, with the tag
   * @throws AEADBadTagException if it is not what was encrypted with this key, nonce and bound
   *     bytes
   */
  void decrypt(
      byte[] nonce,
      byte[] bound,
      byte[] encrypted,
      int offset,
      int length,
      byte[] target,
      int targetOffset)
      throws AEADBadTagException {
    try {
      cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(8 * TAG_SIZE_BYTES, nonce));
      cipher.updateAAD(bound);
      int count = cipher.doFinal(encrypted, offset, length, target, targetOffset);
      assert count == length - TAG_SIZE_BYTES;
    } catch (AEADBadTagException e) {
      throw e;
    } catch (GeneralSecurityException e) {
      throw impossible(e);
    }
  }

  private static IllegalStateException impossible(GeneralSecurityException e) {
    return new IllegalStateException("this Java platform has no AES-256 in GCM mode: " + e, e);
  }
}
