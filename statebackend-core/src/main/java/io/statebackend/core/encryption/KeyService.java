// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

/**
 * Keeps master keys, and wraps data keys with them: a key management service, or a {@link KeyFile}.
 * Master keys never leave it; data keys are what files are encrypted with.
 *
 * <p>Implementations are thread-safe. Each method may call a remote system. If that fails, it
 * throws a {@link io.statebackend.api.StateIoException}.
 */
public interface KeyService {

  /**
   * Makes a new data key of 32 random bytes, wrapped with the newest master key.
   *
   * @return the key
   * @throws io.statebackend.api.StateIoException if it cannot be made
   */
  DataKey generate();

  /**
   * Decrypts a data key.
   *
   * @param key what {@link #generate} or {@link #rewrap} has returned, in this process or another
   * @return the 32 bytes of the key, which belong to the caller
   * @throws io.statebackend.api.IncompatibleStateException if the master key is not known, or is
   *     not the one that the key was wrapped with; the message names it
   * @throws io.statebackend.api.StateIoException if the service cannot be asked
   */
  byte[] unwrap(WrappedKey key);

  /**
   * Encrypts a data key again, with the newest master key.
   *
   * @param key the key as it is wrapped now
   * @return the same data key, wrapped again, even if it was wrapped with the newest master key
   *     already
   * @throws io.statebackend.api.IncompatibleStateException as from {@link #unwrap}
   * @throws io.statebackend.api.StateIoException if the service cannot be asked
   */
  WrappedKey rewrap(WrappedKey key);
}
