// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.spi.CheckpointStorageFactory;
import io.statebackend.api.spi.Options;
import io.statebackend.api.storage.CheckpointStorage;
import java.net.URI;

/**
 * Opens places in the memory of the process by their addresses: {@code memory:name}. What is stored
 * under a name is there until the process ends.
 */
public final class MemoryStorageFactory implements CheckpointStorageFactory {

  /** Called by the service loader. */
  public MemoryStorageFactory() {}

  /**
   * {@inheritDoc}
   *
   * @return {@code memory}
   */
  @Override
  public String scheme() {
    return "memory";
  }

  @Override
  public CheckpointStorage open(URI address, Options options) {
    options.checkNoneUnknown();
    return MemoryCheckpointStorage.named(name(address));
  }

  @Override
  public CheckpointStorage openReadOnly(URI address, Options options) {
    options.checkNoneUnknown();
    return MemoryCheckpointStorage.namedReadOnly(name(address));
  }

  private static String name(URI address) {
    if (!address.isOpaque() || address.getFragment() != null) {
      throw new IllegalArgumentException(
          "not the address of a place in memory: address=" + address + "; expected memory:name");
    }
    return address.getSchemeSpecificPart();
  }
}
