// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.spi.CheckpointStorageFactory;
import io.statebackend.api.spi.Options;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.net.URI;
import java.nio.file.Path;

/**
 * A storage that is no directory as far as the command line knows: {@code mounted://host/path}, of
 * which the path is one. The address needs {@code ?key=secret}, as settings of others do.
 */
public final class MountedStorageFactory implements CheckpointStorageFactory {

  /** Called by the service loader. */
  public MountedStorageFactory() {}

  @Override
  public String scheme() {
    return "mounted";
  }

  @Override
  public CheckpointStorage open(URI address, Options options) {
    return FileCheckpointStorage.open(directory(address, options));
  }

  @Override
  public CheckpointStorage openReadOnly(URI address, Options options) {
    return FileCheckpointStorage.openReadOnly(directory(address, options));
  }

  private static Path directory(URI address, Options options) {
    options.checkNoneUnknown();
    if (!"key=secret".equals(address.getQuery())) {
      throw new IllegalArgumentException("no key in " + address);
    }
    return Path.of(address.getPath());
  }
}
