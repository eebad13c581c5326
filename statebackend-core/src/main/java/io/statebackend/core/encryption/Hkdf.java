// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 (RFC 5869): many keys from one. The JDK has it from 25 on. */
final class Hkdf {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int HASH_SIZE_BYTES = 32;

  private Hkdf() {}

  /**
   * Derives a key.
   *
   * @param inputKey what the key is made of
   * @param salt what tells this key from others of the same input
   * @param info what the key is for
   * @param length how many bytes, 1 to 8160
   */
  static byte[] derive(byte[] inputKey, byte[] salt, byte[] info, int length) {
    if (length < 1 || length > 255 * HASH_SIZE_BYTES) {
      throw new IllegalArgumentException("not a length of a derived key: length=" + length);
    }
    // An empty salt counts as zeros, and a Mac takes no empty key.
    byte[] extractKey = salt.length == 0 ? new byte[HASH_SIZE_BYTES] : salt;
    byte[] pseudoRandomKey = mac(extractKey).doFinal(inputKey);
    Mac mac = mac(pseudoRandomKey);
    byte[] derived = new byte[length];
    byte[] previous = {};
    for (int at = 0, counter = 1; at < length; counter++) {
      mac.update(previous);
      mac.update(info);
      mac.update((byte) counter);
      previous = mac.doFinal();
      int count = Math.min(previous.length, length - at);
      System.arraycopy(previous, 0, derived, at, count);
      at += count;
    }
    Arrays.fill(pseudoRandomKey, (byte) 0);
    return derived;
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (NoSuchAlgorithmException | InvalidKeyException e) {
      throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
    }
  }
}
