// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.nio.file.Path;
import java.util.List;

/**
 * A storage that hands every call to another one, for tests that watch or change some of them.
 * Closing it closes the other one.
 */
public abstract class ForwardingStorage implements CheckpointStorage {
  private final CheckpointStorage storage;

  /**
   * Creates the storage.
   *
   * @param storage where the calls go
   */
  protected ForwardingStorage(CheckpointStorage storage) {
    this.storage = storage;
  }

  @Override
  public String location() {
    return storage.location();
  }

  @Override
  public Object place() {
    return storage.place();
  }

  @Override
  public StorageOutput create(String file) {
    return storage.create(file);
  }

  @Override
  public void publish(String file, byte[] content) {
    storage.publish(file, content);
  }

  @Override
  public StorageInput open(String file) {
    return storage.open(file);
  }

  @Override
  public void importFile(String file, Path source) {
    storage.importFile(file, source);
  }

  @Override
  public void exportFile(String file, Path target) {
    storage.exportFile(file, target);
  }

  @Override
  public List<String> list(String path) {
    return storage.list(path);
  }

  @Override
  public void delete(String path) {
    storage.delete(path);
  }

  @Override
  public void close() {
    storage.close();
  }
}
