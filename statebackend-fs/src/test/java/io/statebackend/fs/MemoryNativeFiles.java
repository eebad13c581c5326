// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Files of native snapshots in memory, which a test can count, damage and make fail. */
final class MemoryNativeFiles implements NativeFiles {
  final Map<String, byte[]> files = new TreeMap<>();

  /** The files of the snapshot that is being written. */
  final Set<String> current = new LinkedHashSet<>();

  /** The bytes that were written for it. */
  long writtenBytes;

  /** The bytes that were read. */
  long readBytes;

  private int createdCount;

  /** Comes before each read. */
  Runnable beforeRead = () -> {};

  /** How many more writes succeed. */
  long writesLeft = Long.MAX_VALUE;

  void beginSnapshot() {
    current.clear();
    writtenBytes = 0;
  }

  @Override
  public NewFile create() {
    String name = "file-%04d".formatted(createdCount++);
    return new NewFile(
        name,
        new StorageOutput() {
          private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

          @Override
          public void write(byte[] source, int offset, int length) {
            if (writesLeft-- <= 0) {
              throw new StateIoException("injected: the disk is full");
            }
            bytes.write(source, offset, length);
            writtenBytes += length;
          }

          @Override
          public void commit() {
            files.put(name, bytes.toByteArray());
            current.add(name);
          }

          @Override
          public void close() {}
        });
  }

  @Override
  public void reuse(String name) {
    if (!files.containsKey(name)) {
      throw new IllegalArgumentException("no such file: " + name);
    }
    current.add(name);
  }

  @Override
  public StorageInput open(String name) {
    byte[] bytes = files.get(name);
    if (bytes == null) {
      throw new CorruptStateException("file is missing", name, 0);
    }
    return new StorageInput() {
      @Override
      public long length() {
        return bytes.length;
      }

      @Override
      public void read(long position, byte[] target, int offset, int length) {
        beforeRead.run();
        if (position < 0 || position + length > bytes.length) {
          throw new CorruptStateException("file ends before", name, position);
        }
        readBytes += length;
        System.arraycopy(bytes, (int) position, target, offset, length);
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public String importFile(Path source) {
    throw new UnsupportedOperationException("the fs engine writes its files itself");
  }

  @Override
  public void exportFile(String name, Path target) {
    throw new UnsupportedOperationException("the fs engine reads its files itself");
  }
}
