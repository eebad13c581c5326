// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * Hashes serialized keys for the index.
 *
 * <p>This is not the stable hash that decides the key group. That one has few free bits within a
 * key group, and it may be easy to find keys that collide. This hash is seeded, so nobody can
 * choose keys that collide. It is computed only from the bytes of a record, so a record can be
 * found in the index without its serializers. One multiplication of 64 x 64 -> 128 bits for a key
 * of 8 bytes: with an odd number that nobody knows, two keys seldom have the same bits in the upper
 * part.
 */
final class KeyHash {
  private static final long ODD_1 = 0x9E3779B97F4A7C15L;
  private static final long ODD_2 = 0xD6E8FEB86659FD93L;
  private static final long ODD_3 = 0xA0761D6478BD642FL;

  /**
   * The bits of a hash, in the lower half of what the index keeps of it, that are those of the key
   * alone where there are namespaces. The more there are, the fewer records are looked at to find
   * the namespaces of a key; but those of one key share them, so a chunk of the index with more
   * than a hundred times a chunk's worth of namespaces of one key is not divided any more.
   */
  private static final long KEY_BITS = 0x7fL << (IndexChunk.ADDRESS_BITS + 7);

  private KeyHash() {}

  /** Returns the hash of key and namespace with the bits of that of the key. */
  static long ofKeyAndNamespace(long hash, long hashOfKey) {
    return (hash & ~KEY_BITS) | (hashOfKey & KEY_BITS);
  }

  /** Tells whether a tag in the index may be that of a key with any namespace. */
  static boolean mayBeOfKey(long tag, long hashOfKey) {
    return (((tag << IndexChunk.ADDRESS_BITS) ^ hashOfKey) & KEY_BITS) == 0;
  }

  static long of(byte[] bytes, int from, int length, long seed) {
    long h = seed ^ ODD_1;
    int at = from;
    int rest = length;
    while (rest > Long.BYTES) {
      h = fold(Bytes.getLong(bytes, at) ^ ODD_2, h);
      at += Long.BYTES;
      rest -= Long.BYTES;
    }
    long last = rest == Long.BYTES ? Bytes.getLong(bytes, at) : tail(bytes, at, rest);
    h = fold(last ^ ODD_2, h);
    return fold(h ^ ODD_3, ODD_1 + length);
  }

  /**
   * Returns a hash of the 8 bytes of a number, another one than {@link #of}.
   *
   * @param seed an odd one
   */
  static long ofLong(long number, long seed) {
    return fold(number ^ ODD_2, seed);
  }

  private static long tail(byte[] bytes, int from, int length) {
    long word = 0;
    for (int i = 0; i < length; i++) {
      word = word << Byte.SIZE | (bytes[from + i] & 0xff);
    }
    return word;
  }

  private static long fold(long a, long b) {
    return Math.multiplyHigh(a, b) ^ a * b;
  }
}
