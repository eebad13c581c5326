// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.util.List;

/** A storage that forwards all calls to another one, for tests that change some of them. */
class ForwardedStorage implements CheckpointStorage {
  final CheckpointStorage storage;

  ForwardedStorage(CheckpointStorage storage) {
    this.storage = storage;
  }

  @Override
  public String location() {
    return storage.location();
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
  public List<String> list(String directory) {
    return storage.list(directory);
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
