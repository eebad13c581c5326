// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.spi.CheckpointStorageFactory;
import io.statebackend.api.spi.Options;
import io.statebackend.api.storage.CheckpointStorage;
import java.net.URI;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Opens directories by their addresses: {@code file:///data/checkpoints} and {@code
 * file:/data/checkpoints}, or {@code file:checkpoints} for a directory beneath the current one.
 */
public final class FileStorageFactory implements CheckpointStorageFactory {

  /** Called by the service loader. */
  public FileStorageFactory() {}

  /**
   * {@inheritDoc}
   *
   * @return {@code file}
   */
  @Override
  public String scheme() {
    return "file";
  }

  @Override
  public CheckpointStorage open(URI address, Options options) {
    Path directory = directory(address);
    options.checkNoneUnknown();
    return FileCheckpointStorage.open(directory);
  }

  @Override
  public CheckpointStorage openReadOnly(URI address, Options options) {
    Path directory = directory(address);
    options.checkNoneUnknown();
    return FileCheckpointStorage.openReadOnly(directory);
  }

  private static Path directory(URI address) {
    try {
      String path = address.isOpaque() ? address.getSchemeSpecificPart() : address.getPath();
      if (path.isEmpty() || address.getFragment() != null) {
        throw wrong(address, null);
      }
      return address.isOpaque() ? Path.of(path) : Path.of(address);
    } catch (IllegalArgumentException | FileSystemNotFoundException e) {
      throw wrong(address, e);
    }
  }

  private static IllegalArgumentException wrong(URI address, @Nullable Exception cause) {
    return new IllegalArgumentException(
        "not the address of a directory: address="
            + address
            + "; expected file:///directory, without host, query and fragment",
        cause);
  }
}
