// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A storage whose writes fail for chosen paths. */
final class FailingStorage extends ForwardedStorage {

  /** Which paths cannot be created, committed or published. */
  volatile Predicate<String> failing = path -> false;

  /** The files that were opened. */
  final List<String> opened = new CopyOnWriteArrayList<>();

  FailingStorage(CheckpointStorage storage) {
    super(storage);
  }

  private void check(String path) {
    if (failing.test(path)) {
      throw new StateIoException("injected failure: path=" + path);
    }
  }

  @Override
  public StorageOutput create(String file) {
    StorageOutput output = storage.create(file);
    return new StorageOutput() {
      @Override
      public void write(byte[] bytes, int offset, int length) {
        check(file);
        output.write(bytes, offset, length);
      }

      @Override
      public void commit() {
        output.commit();
      }

      @Override
      public void close() {
        output.close();
      }
    };
  }

  @Override
  public void publish(String file, byte[] content) {
    check(file);
    storage.publish(file, content);
  }

  @Override
  public StorageInput open(String file) {
    opened.add(file);
    return storage.open(file);
  }
}
