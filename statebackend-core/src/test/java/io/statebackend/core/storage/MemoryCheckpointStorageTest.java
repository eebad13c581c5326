// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import io.statebackend.api.storage.CheckpointStorage;

final class MemoryCheckpointStorageTest extends CheckpointStorageCases {
  private MemoryCheckpointStorage last;

  @Override
  CheckpointStorage open() {
    last = last == null ? MemoryCheckpointStorage.create() : last.reopen();
    return last;
  }
}
