// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The hash functions that decide a key's key group. They are the same in every JVM, forever.
 *
 * <p>They are part of the format (docs/format/stable-hash-v1.md) and never change. All are pure,
 * thread-safe and free of allocation.
 */
public final class StableHash {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_1_PLUS_2 = 0x60EA27EEADC0B5D6L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
  private static final long PRIME_3 = 0x165667B19E3779F9L;
  private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
  private static final long PRIME_5 = 0x27D4EB2F165667C5L;

  private StableHash() {}

  /**
   * Hashes a 64-bit number by the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA'14; constants
   * by Stafford, "Mix13"). A bijection: different numbers have different hashes.
   *
   * @param value the number
   * @return its hash
   */
  public static long ofLong(long value) {
    long h = value;
    h = (h ^ h >>> 30) * 0xBF58476D1CE4E5B9L;
    h = (h ^ h >>> 27) * 0x94D049BB133111EBL;
    return h ^ h >>> 31;
  }

  /**
   * Hashes a string: {@link #ofLong} of its length in the upper and {@link String#hashCode()} in
   * the lower 32 bits. The specification of {@code String} fixes the latter, and the string caches
   * it.
   *
   * @param value the string
   * @return its hash
   */
  public static long ofString(String value) {
    return ofLong(((long) value.length() << 32) | (value.hashCode() & 0xFFFFFFFFL));
  }

  /**
   * Hashes bytes by XXH64 with seed 0 (Yann Collet, the xxHash specification 0.1.1).
   *
   * @param bytes the array
   * @param offset the first byte
   * @param length the number of bytes, 0 or more
   * @return their hash
   * @throws IndexOutOfBoundsException if offset and length do not lie in the array
   */
  public static long ofBytes(byte[] bytes, int offset, int length) {
    java.util.Objects.checkFromIndexSize(offset, length, bytes.length);
    int at = offset;
    int end = offset + length;
    long h;
    if (length >= 32) {
      long v1 = PRIME_1_PLUS_2;
      long v2 = PRIME_2;
      long v3 = 0;
      long v4 = -PRIME_1;
      for (int last = end - 32; at <= last; at += 32) {
        v1 = round(v1, (long) LONG.get(bytes, at));
        v2 = round(v2, (long) LONG.get(bytes, at + 8));
        v3 = round(v3, (long) LONG.get(bytes, at + 16));
        v4 = round(v4, (long) LONG.get(bytes, at + 24));
      }
      h =
          Long.rotateLeft(v1, 1)
              + Long.rotateLeft(v2, 7)
              + Long.rotateLeft(v3, 12)
              + Long.rotateLeft(v4, 18);
      h = merge(merge(merge(merge(h, v1), v2), v3), v4);
    } else {
      h = PRIME_5;
    }
    h += length;
    for (; at + 8 <= end; at += 8) {
      h = Long.rotateLeft(h ^ round(0, (long) LONG.get(bytes, at)), 27) * PRIME_1 + PRIME_4;
    }
    if (at + 4 <= end) {
      long word = (int) INT.get(bytes, at) & 0xFFFFFFFFL;
      h = Long.rotateLeft(h ^ word * PRIME_1, 23) * PRIME_2 + PRIME_3;
      at += 4;
    }
    for (; at < end; at++) {
      h = Long.rotateLeft(h ^ (bytes[at] & 0xFF) * PRIME_5, 11) * PRIME_1;
    }
    h = (h ^ h >>> 33) * PRIME_2;
    h = (h ^ h >>> 29) * PRIME_3;
    return h ^ h >>> 32;
  }

  private static long round(long accumulator, long input) {
    return Long.rotateLeft(accumulator + input * PRIME_2, 31) * PRIME_1;
  }

  private static long merge(long h, long v) {
    return (h ^ round(0, v)) * PRIME_1 + PRIME_4;
  }

  /**
   * Returns the key group of a hash: its low 31 bits modulo the number of key groups.
   *
   * @param hash the key's stable hash
   * @param maxParallelism the number of key groups, 1 or more
   * @return the key group, 0 to {@code maxParallelism - 1}
   */
  public static int keyGroup(long hash, int maxParallelism) {
    int low = (int) hash & Integer.MAX_VALUE;
    // The usual number is a power of two, and a mask costs a twentieth of a division.
    return (maxParallelism & maxParallelism - 1) == 0
        ? low & maxParallelism - 1
        : low % maxParallelism;
  }
}
