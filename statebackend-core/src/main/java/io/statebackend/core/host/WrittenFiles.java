// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/** The files of a snapshot that is being written for a host. */
final class WrittenFiles<H> implements NativeFiles {
  private static final int COPIED_AT_ONCE_BYTES = 64 << 10;

  private final HostFiles<H> host;
  private final String namePrefix;
  private final Map<String, HostFile<H>> reusable;

  /** By name. Guarded by this. */
  private final Map<String, HostFile<H>> files = new LinkedHashMap<>();

  /** Guarded by this. */
  private final Set<String> reused = new TreeSet<>();

  /** Guarded by this. */
  private int nameCount;

  WrittenFiles(HostFiles<H> host, String namePrefix, Map<String, HostFile<H>> reusable) {
    this.host = host;
    this.namePrefix = namePrefix;
    this.reusable = reusable;
  }

  private synchronized String newName() {
    return namePrefix + ++nameCount;
  }

  private synchronized void add(HostFile<H> file) {
    files.put(file.name(), file);
  }

  synchronized List<HostFile<H>> files() {
    return List.copyOf(files.values());
  }

  synchronized Set<String> reused() {
    return Set.copyOf(reused);
  }

  @Override
  public NewFile create() {
    String name = newName();
    return new NewFile(name, new Output(name, host.create(name)));
  }

  @Override
  public String importFile(Path source) {
    String name = newName();
    byte[] buffer = new byte[COPIED_AT_ONCE_BYTES];
    try (InputStream in = Files.newInputStream(source);
        Output out = new Output(name, host.create(name))) {
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        out.write(buffer, 0, length);
      }
      out.commit();
    } catch (IOException e) {
      throw new StateIoException("cannot read a local file: file=" + source + ", reason=" + e, e);
    }
    return name;
  }

  @Override
  public void reuse(String name) {
    HostFile<H> file = reusable.get(name);
    if (file == null) {
      throw new IllegalArgumentException(
          "file is not part of the last completed snapshot: name=" + name);
    }
    H handle = host.reuse(file);
    synchronized (this) {
      files.put(name, new HostFile<>(name, file.length(), file.crc32c(), handle));
      reused.add(name);
    }
  }

  @Override
  public StorageInput open(String name) {
    throw onlyWritten();
  }

  @Override
  public void exportFile(String name, Path target) {
    throw onlyWritten();
  }

  private static UnsupportedOperationException onlyWritten() {
    return new UnsupportedOperationException("a snapshot that is being written is not read");
  }

  /** Measures what is written. */
  private final class Output implements StorageOutput {
    private final String name;
    private final HostOutput<H> out;
    private final CRC32C crc = new CRC32C();
    private long length;
    private boolean isCommitted;

    Output(String name, HostOutput<H> out) {
      this.name = name;
      this.out = out;
    }

    @Override
    public void write(byte[] bytes, int offset, int count) {
      out.write(bytes, offset, count);
      crc.update(bytes, offset, count);
      length += count;
    }

    @Override
    public void commit() {
      if (isCommitted) {
        throw new StateClosedException("the file is committed already: name=" + name);
      }
      H handle = out.commit();
      isCommitted = true;
      add(new HostFile<>(name, length, (int) crc.getValue(), handle));
    }

    @Override
    public void close() {
      out.close();
    }
  }
}
