// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.encryption.EncryptedLayout.BlockCipher;
import java.util.Arrays;

/**
 * A new file while it is encrypted. It keeps one block, because only the end shows which block is
 * the last.
 */
final class EncryptedOutput implements StorageOutput {
  private final StorageOutput output;
  private final BlockCipher cipher;
  private final int blockSize;

  /** Grows up to the size of a block: most files are small. */
  private byte[] content = {};

  private byte[] encrypted = {};
  private int contentSize;
  private long blockCount;

  /** Set by whoever commits or closes; read by the writer, which then stops. */
  private volatile boolean isEnded;

  private EncryptedOutput(StorageOutput output, BlockCipher cipher, int blockSize) {
    this.output = output;
    this.cipher = cipher;
    this.blockSize = blockSize;
  }

  /** Begins a file by its header. Closes the output if that fails. */
  static EncryptedOutput begin(StorageOutput output, BlockCipher cipher, int blockSize) {
    try {
      byte[] header = cipher.header();
      output.write(header, 0, header.length);
      return new EncryptedOutput(output, cipher, blockSize);
    } catch (RuntimeException | Error e) {
      try {
        output.close();
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    checkNotEnded();
    for (int at = 0; at < length; ) {
      if (contentSize == blockSize) {
        writeBlock(false);
      }
      int count = Math.min(length - at, blockSize - contentSize);
      makeRoom(contentSize + count);
      System.arraycopy(bytes, offset + at, content, contentSize, count);
      contentSize += count;
      at += count;
    }
  }

  private void makeRoom(int size) {
    if (size > content.length) {
      content = Arrays.copyOf(content, Math.min(blockSize, Math.max(size, 2 * content.length)));
    }
  }

  private void writeBlock(boolean isLast) {
    int encryptedSize = contentSize + EncryptedLayout.BLOCK_OVERHEAD_BYTES;
    if (encryptedSize > encrypted.length) {
      encrypted = new byte[encryptedSize];
    }
    cipher.encrypt(blockCount, isLast, content, contentSize, encrypted);
    output.write(encrypted, 0, encryptedSize);
    blockCount++;
    contentSize = 0;
  }

  @Override
  public void commit() {
    checkNotEnded();
    try {
      writeBlock(true);
    } catch (RuntimeException | Error e) {
      isEnded = true; // The block is gone: a second try would write another file.
      try {
        output.close();
      } catch (RuntimeException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
    isEnded = true;
    output.commit();
  }

  private void checkNotEnded() {
    if (isEnded) {
      throw new StateClosedException("file was committed or closed: file=" + cipher.file());
    }
  }

  @Override
  public void close() {
    isEnded = true;
    output.close();
  }
}
