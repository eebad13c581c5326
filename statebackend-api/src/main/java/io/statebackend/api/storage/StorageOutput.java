// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.storage;

/**
 * A new file of a checkpoint storage while it is written. Not thread-safe, except that another
 * thread may call {@link #close()} to abort: writes then fail.
 */
public interface StorageOutput extends AutoCloseable {

  /**
   * Appends bytes.
   *
   * @param bytes the array to copy from
   * @param offset the first byte
   * @param length the number of bytes, 0 or more
   * @throws io.statebackend.api.StateIoException if writing fails, for example because the disk is
   *     full
   * @throws io.statebackend.api.StateClosedException if the file was committed or closed
   */
  void write(byte[] bytes, int offset, int length);

  /**
   * Makes the complete file appear under its name. From then on its bytes survive a power loss. Its
   * name does so once {@link CheckpointStorage#publish} was called after it.
   *
   * @throws io.statebackend.api.StateIoException if that fails; the file does not exist then
   * @throws io.statebackend.api.StateClosedException if the file was committed or closed
   */
  void commit();

  /** Closes the file. If it was not committed, nothing of it stays. Closing twice does nothing. */
  @Override
  void close();
}
