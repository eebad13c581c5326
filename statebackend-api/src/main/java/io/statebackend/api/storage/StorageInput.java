// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.storage;

/** A file of a checkpoint storage, read by position. Thread-safe. */
public interface StorageInput extends AutoCloseable {

  /**
   * Returns the length of the file.
   *
   * @return the length in bytes
   * @throws io.statebackend.api.StateIoException if the storage cannot determine it
   */
  long length();

  /**
   * Reads exactly {@code length} bytes.
   *
   * @param position where to begin in the file, in bytes
   * @param target the array to read into
   * @param offset where to begin in the array
   * @param length the number of bytes, 0 or more
   * @throws io.statebackend.api.CorruptStateException if the file ends before
   * @throws io.statebackend.api.StateIoException if reading fails
   * @throws io.statebackend.api.StateClosedException if the input is closed
   */
  void read(long position, byte[] target, int offset, int length);

  /** Closes the file. Closing twice does nothing. */
  @Override
  void close();
}
