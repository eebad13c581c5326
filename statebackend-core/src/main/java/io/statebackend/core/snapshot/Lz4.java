// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** The optional LZ4 library; the only class that refers to it. Thread-safe. */
final class Lz4 {
  /** The longest input that LZ4 can compress, by its specification. */
  private static final int INPUT_LENGTH_MAX = 0x7E000000;

  /** No LZ4 block expands to more than this times its length. */
  static final int RATIO_MAX = 255;

  private final LZ4Compressor compressor;
  private final LZ4SafeDecompressor decompressor;

  /** Finds the library; see {@link Compression#loadLz4}. */
  Lz4() {
    LZ4Factory factory = LZ4Factory.fastestInstance();
    compressor = factory.fastCompressor();
    decompressor = factory.safeDecompressor();
  }

  /** Returns the length of an array that compressed bytes fit in, or 0 if they are too many. */
  int compressedLengthMax(int length) {
    return length > INPUT_LENGTH_MAX ? 0 : compressor.maxCompressedLength(length);
  }

  /** Compresses bytes into an array of {@link #compressedLengthMax}; returns the length. */
  int compress(byte[] source, int offset, int length, byte[] target) {
    return compressor.compress(source, offset, length, target, 0, target.length);
  }

  /** Decompresses bytes; returns whether they were a block of exactly the expected length. */
  boolean decompress(byte[] source, int length, byte[] target, int rawLength) {
    try {
      return decompressor.decompress(source, 0, length, target, 0, rawLength) == rawLength;
    } catch (LZ4Exception e) {
      return false;
    }
  }
}
