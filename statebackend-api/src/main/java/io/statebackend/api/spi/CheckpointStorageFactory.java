// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.storage.CheckpointStorage;
import java.net.URI;

/**
 * Opens storages by their addresses, for programs that are configured by text.
 *
 * <p>Found by {@link java.util.ServiceLoader}. A module names it in {@code provides}, and in {@code
 * META-INF/services} for programs on the class path. An implementation is a public class with a
 * public constructor without parameters, which does nothing.
 */
public interface CheckpointStorageFactory {

  /**
   * Returns with what the addresses begin.
   *
   * @return the scheme in lower case, such as {@code file}
   */
  String scheme();

  /**
   * Opens a storage for reading and writing.
   *
   * @param address where it is; its scheme is {@link #scheme()}
   * @param options settings beside the address; all are read, and {@link Options#checkNoneUnknown}
   *     is called, before anything is opened
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if the address or a setting is wrong
   * @throws io.statebackend.api.StateLockedException if another writer holds the place
   * @throws io.statebackend.api.StateIoException if it cannot be opened
   */
  CheckpointStorage open(URI address, Options options);

  /**
   * Opens a storage for reading, whoever writes there. Nothing in it is changed; methods that write
   * throw {@link UnsupportedOperationException}.
   *
   * @param address where it is; its scheme is {@link #scheme()}
   * @param options settings beside the address, as for {@link #open}
   * @return the storage; the caller closes it
   * @throws IllegalArgumentException if the address or a setting is wrong
   * @throws io.statebackend.api.StateIoException if it is not there or cannot be opened
   */
  CheckpointStorage openReadOnly(URI address, Options options);
}
