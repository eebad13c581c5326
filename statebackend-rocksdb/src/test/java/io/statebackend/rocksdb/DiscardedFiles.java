// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** Files of snapshots that nobody wants to restore. */
final class DiscardedFiles implements NativeFiles {
  private final AtomicLong count = new AtomicLong();

  @Override
  public NewFile create() {
    return new NewFile("file-" + count.incrementAndGet(), new Discarded());
  }

  @Override
  public String importFile(Path source) {
    try (InputStream in = Files.newInputStream(source)) {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new StateIoException("cannot read: " + source, e);
    }
    return "file-" + count.incrementAndGet();
  }

  @Override
  public void reuse(String name) {}

  @Override
  public StorageInput open(String name) {
    throw new UnsupportedOperationException("nothing is kept: " + name);
  }

  @Override
  public void exportFile(String name, Path target) {
    throw new UnsupportedOperationException("nothing is kept: " + name);
  }

  private static final class Discarded implements StorageOutput {
    @Override
    public void write(byte[] bytes, int offset, int length) {}

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
