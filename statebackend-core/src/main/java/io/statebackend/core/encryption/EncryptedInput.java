// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.encryption.EncryptedLayout.BlockCipher;
import io.statebackend.core.encryption.EncryptedLayout.Blocks;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An encrypted file, read by position. It keeps the block that was read last, so that consecutive
 * small reads decrypt it only once.
 */
final class EncryptedInput implements StorageInput {
  /** About how much is read from the storage by one call. */
  private static final int PIECE_SIZE_BYTES = 1 << 20;

  private final StorageInput input;
  private final String file;
  private final Blocks blocks;
  private final Supplier<BlockCipher> ciphers;
  private volatile @Nullable CachedBlock last;
  private volatile boolean isClosed;

  /** Content of a block, which does not change. */
  private static final class CachedBlock {
    final long block;
    final byte[] content;

    CachedBlock(long block, byte[] content) {
      this.block = block;
      this.content = content;
    }
  }

  private EncryptedInput(
      StorageInput input, String file, Blocks blocks, Supplier<BlockCipher> ciphers) {
    this.input = input;
    this.file = file;
    this.blocks = blocks;
    this.ciphers = ciphers;
  }

  /**
   * Opens a file. Decrypts its last block, which proves its length, and that the key is right.
   *
   * @param ciphers makes ciphers for its blocks, one for each thread
   * @throws CorruptStateException if the last block is not authentic
   */
  static EncryptedInput open(
      StorageInput input, String file, Blocks blocks, Supplier<BlockCipher> ciphers) {
    EncryptedInput opened = new EncryptedInput(input, file, blocks, ciphers);
    opened.last = opened.decrypt(blocks.count() - 1);
    return opened;
  }

  @Override
  public long length() {
    checkNotClosed();
    return blocks.contentLength();
  }

  @Override
  public void read(long position, byte[] target, int offset, int length) {
    checkNotClosed();
    if (position > blocks.contentLength() - length) {
      throw new CorruptStateException(
          "file ends too early: expected length="
              + (position + length)
              + " or more, actual="
              + blocks.contentLength(),
          file,
          position);
    }
    int blockSize = blocks.blockSizeBytes();
    long at = position;
    long end = position + length;
    while (at < end) {
      long block = at / blockSize;
      int inBlock = (int) (at - block * blockSize);
      int targetAt = offset + (int) (at - position);
      boolean isWhole = inBlock == 0 && end - at >= blocks.contentSize(block);
      if (isWhole && !isCached(block)) {
        at += readWhole(block, end - at, target, targetAt);
      } else {
        CachedBlock cached = block(block);
        int count = (int) Math.min(end - at, cached.content.length - inBlock);
        System.arraycopy(cached.content, inBlock, target, targetAt, count);
        at += count;
      }
    }
  }

  private boolean isCached(long block) {
    CachedBlock cached = last;
    return cached != null && cached.block == block;
  }

  private CachedBlock block(long block) {
    CachedBlock cached = last;
    if (cached == null || cached.block != block) {
      cached = decrypt(block);
      last = cached;
    }
    return cached;
  }

  private CachedBlock decrypt(long block) {
    byte[] content = new byte[blocks.contentSize(block)];
    byte[] stored = new byte[content.length + EncryptedLayout.BLOCK_OVERHEAD_BYTES];
    input.read(blocks.storedOffset(block), stored, 0, stored.length);
    ciphers.get().decrypt(blocks, block, stored, 0, content, 0);
    return new CachedBlock(block, content);
  }

  /**
   * Reads blocks that are wanted whole, several by one call of the storage.
   *
   * @param wanted how many bytes, at least the content of the first block
   * @return how many bytes were read, all of whole blocks
   */
  private int readWhole(long first, long wanted, byte[] target, int targetOffset) {
    long piece = Math.min(wanted, PIECE_SIZE_BYTES);
    long blockCount = Math.max(1, piece / blocks.blockSizeBytes());
    long lastBlock = Math.min(first + blockCount, blocks.count()) - 1;
    long from = blocks.storedOffset(first);
    long to =
        blocks.storedOffset(lastBlock)
            + blocks.contentSize(lastBlock)
            + EncryptedLayout.BLOCK_OVERHEAD_BYTES;
    byte[] stored = new byte[(int) (to - from)];
    input.read(from, stored, 0, stored.length);
    BlockCipher cipher = ciphers.get();
    int done = 0;
    for (long block = first; block <= lastBlock; block++) {
      int storedOffset = (int) (blocks.storedOffset(block) - from);
      cipher.decrypt(blocks, block, stored, storedOffset, target, targetOffset + done);
      done += blocks.contentSize(block);
    }
    return done;
  }

  private void checkNotClosed() {
    if (isClosed) {
      throw new StateClosedException("file is closed: file=" + file);
    }
  }

  @Override
  public void close() {
    isClosed = true;
    last = null;
    input.close();
  }
}
