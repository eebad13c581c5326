// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

/**
 * A new file that a host is given. Not thread-safe, but {@link #close()} may be called by another
 * thread to give up: writes then fail.
 *
 * @param <H> what the host finds files by
 */
public interface HostOutput<H> extends AutoCloseable {

  /**
   * Appends bytes.
   *
   * @param bytes the array to copy from
   * @param offset the first byte
   * @param length the number of bytes, 0 or more
   * @throws io.statebackend.api.StateIoException if writing fails, or the host has given up
   */
  void write(byte[] bytes, int offset, int length);

  /**
   * Ends the file.
   *
   * @return by which the host finds it from now on
   * @throws io.statebackend.api.StateIoException if that fails; there is no file then
   */
  H commit();

  /** Gives the file up unless it was committed. Closing twice does nothing. */
  @Override
  void close();
}
