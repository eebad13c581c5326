// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** A storage that counts the bytes that are read from its files. Thread-safe. */
final class CountingStorage extends ForwardingStorage {
  private final AtomicLong readBytes = new AtomicLong();

  CountingStorage(CheckpointStorage storage) {
    super(storage);
  }

  /** Returns how many bytes were read since this was last asked. */
  long takeReadBytes() {
    return readBytes.getAndSet(0);
  }

  @Override
  public StorageInput open(String file) {
    StorageInput input = super.open(file);
    return new StorageInput() {
      @Override
      public long length() {
        return input.length();
      }

      @Override
      public void read(long position, byte[] target, int offset, int length) {
        readBytes.addAndGet(length);
        input.read(position, target, offset, length);
      }

      @Override
      public void close() {
        input.close();
      }
    };
  }

  /** Counts the whole file, linked or not: another storage would have to copy it. */
  @Override
  public void exportFile(String file, Path target) {
    try (StorageInput input = super.open(file)) {
      readBytes.addAndGet(input.length());
    }
    super.exportFile(file, target);
  }
}
