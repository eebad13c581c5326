// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A storage that counts the bytes that are read from its files. Thread-safe. */
final class CountingStorage implements CheckpointStorage {
  private final CheckpointStorage storage;
  private final AtomicLong readBytes = new AtomicLong();

  CountingStorage(CheckpointStorage storage) {
    this.storage = storage;
  }

  /** Returns how many bytes were read since this was last asked. */
  long takeReadBytes() {
    return readBytes.getAndSet(0);
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
    StorageInput input = storage.open(file);
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

  @Override
  public void importFile(String file, Path source) {
    storage.importFile(file, source);
  }

  /** Counts the whole file, linked or not: another storage would have to copy it. */
  @Override
  public void exportFile(String file, Path target) {
    try (StorageInput input = storage.open(file)) {
      readBytes.addAndGet(input.length());
    }
    storage.exportFile(file, target);
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
