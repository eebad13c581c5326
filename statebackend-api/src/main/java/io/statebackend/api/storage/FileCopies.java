// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.storage;

import io.statebackend.api.StateIoException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Copies local files into a storage and out of it. */
final class FileCopies {
  private static final int PIECE_BYTES = 256 << 10;

  private FileCopies() {}

  static void copy(Path source, StorageOutput target) {
    try (InputStream in = Files.newInputStream(source)) {
      byte[] piece = new byte[PIECE_BYTES];
      for (int count = in.read(piece); count >= 0; count = in.read(piece)) {
        target.write(piece, 0, count);
      }
    } catch (IOException e) {
      throw new StateIoException("cannot read a local file: file=" + source + ", reason=" + e, e);
    }
  }

  static void copy(StorageInput source, Path target) {
    try (OutputStream out =
        Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long length = source.length();
      byte[] piece = new byte[(int) Math.min(PIECE_BYTES, length)];
      for (long at = 0; at < length; at += piece.length) {
        int count = (int) Math.min(piece.length, length - at);
        source.read(at, piece, 0, count);
        out.write(piece, 0, count);
      }
    } catch (IOException e) {
      throw new StateIoException(
          "cannot write a local file: file="
              + target
              + ", reason="
              + e
              + "; see that it is not there yet and the disk has room",
          e);
    }
  }
}
