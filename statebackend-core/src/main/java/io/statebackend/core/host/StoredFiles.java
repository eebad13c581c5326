// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.NativeFiles;
import io.statebackend.api.storage.StorageInput;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.zip.CRC32C;

/** The files of a snapshot that is restored. A file that is copied whole is verified meanwhile. */
final class StoredFiles<H> implements NativeFiles {
  private static final int COPIED_AT_ONCE_BYTES = 1 << 20;

  private final HostFiles<H> host;
  private final Map<String, HostFile<H>> files;

  StoredFiles(HostFiles<H> host, Map<String, HostFile<H>> files) {
    this.host = host;
    this.files = files;
  }

  @Override
  public NewFile create() {
    throw onlyRead();
  }

  @Override
  public String importFile(Path source) {
    throw onlyRead();
  }

  @Override
  public void reuse(String name) {
    throw onlyRead();
  }

  private static UnsupportedOperationException onlyRead() {
    return new UnsupportedOperationException("a snapshot that is restored is only read");
  }

  @Override
  public StorageInput open(String name) {
    HostFile<H> file = file(name);
    StorageInput in = host.open(file);
    try {
      checkLength(file, in.length());
      return in;
    } catch (Throwable e) {
      in.close();
      throw e;
    }
  }

  private static void checkLength(HostFile<?> file, long length) {
    if (length != file.length()) {
      throw new CorruptStateException(
          "a file of the snapshot has another length: name='%s', expected=%d, actual=%d"
              .formatted(file.name(), file.length(), length));
    }
  }

  @Override
  public void exportFile(String name, Path target) {
    HostFile<H> file = file(name);
    if (!host.link(file, target)) {
      try (StorageInput in = open(name);
          OutputStream out = Files.newOutputStream(target, StandardOpenOption.CREATE_NEW)) {
        copy(file, in, out);
      } catch (IOException e) {
        throw new StateIoException(
            "cannot write a local file: file=" + target + ", reason=" + e, e);
      }
    }
  }

  private static void copy(HostFile<?> file, StorageInput in, OutputStream out) throws IOException {
    byte[] buffer = new byte[(int) Math.min(COPIED_AT_ONCE_BYTES, Math.max(1, file.length()))];
    CRC32C crc = new CRC32C();
    for (long position = 0; position < file.length(); ) {
      int length = (int) Math.min(buffer.length, file.length() - position);
      in.read(position, buffer, 0, length);
      crc.update(buffer, 0, length);
      out.write(buffer, 0, length);
      position += length;
    }
    if ((int) crc.getValue() != file.crc32c()) {
      throw new CorruptStateException(
          "checksum of a file of the snapshot is wrong: name='%s', length=%d, expected=%08x, actual=%08x"
              .formatted(file.name(), file.length(), file.crc32c(), (int) crc.getValue()));
    }
  }

  /** A manifest that is damaged may name whatever it likes. */
  private HostFile<H> file(String name) {
    HostFile<H> file = files.get(name);
    if (file == null) {
      throw new CorruptStateException(
          "not a file of the snapshot: name='%s', files=%s".formatted(name, files.keySet()));
    }
    return file;
  }
}
