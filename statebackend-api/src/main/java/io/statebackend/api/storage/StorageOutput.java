// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.storage;

/**
 * A new file of a checkpoint storage while it is written. Not thread-safe, but {@link #close()} may
 * be called by another thread to give up: writes then fail.
 */
public interface StorageOutput extends AutoCloseable {

  /**
   * Appends bytes.
   *
   * @param bytes the array to copy from
   * @param offset the first byte
   * @param length the number of bytes, 0 or more
   * @throws io.statebackend.api.StateIoException if writing fails, as when the disk is full
   * @throws io.statebackend.api.StateClosedException if the file was committed or closed
   */
  void write(byte[] bytes, int offset, int length);

  /**
   * Makes the file appear under its name, whole. Its bytes survive a power loss from then on; that
   * it is there does when {@link CheckpointStorage#publish} was called after it.
   *
   * @throws io.statebackend.api.StateIoException if that fails; the file is not there then
   * @throws io.statebackend.api.StateClosedException if the file was committed or closed
   */
  void commit();

  /** Gives the file up unless it was committed: nothing of it stays. Closing twice does nothing. */
  @Override
  void close();
}
