// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.ReadWindow;
import io.statebackend.api.storage.StorageInput;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.client.HdfsDataInputStream;

/** A file that is read by position. */
final class HadoopInput implements StorageInput {
  private final Path file;
  private final FSDataInputStream stream;
  private final ReadWindow window;
  private volatile boolean isClosed;

  private HadoopInput(Path file, FSDataInputStream stream, long length) {
    this.file = file;
    this.stream = stream;
    this.window = new ReadWindow(file.toString(), length, new byte[0], this::get);
  }

  /**
   * Opens a file.
   *
   * @throws StateIoException if it cannot be read; the cause is a {@link NoSuchFileException} if it
   *     is not there
   */
  static HadoopInput open(HadoopFiles files, Path file) {
    try {
      FSDataInputStream stream = Uninterrupted.get(() -> files.open(file));
      long length =
          stream instanceof HdfsDataInputStream hdfs
              ? hdfs.getVisibleLength()
              : lengthOf(files, file);
      return new HadoopInput(file, stream, length);
    } catch (FileNotFoundException e) {
      throw isThere(files, file, e) ? cannotOpen(file, e) : absent(file, e);
    } catch (IOException e) {
      throw cannotOpen(file, e);
    }
  }

  private static long lengthOf(HadoopFiles files, Path file) throws IOException {
    return Uninterrupted.get(() -> files.find(file))
        .orElseThrow(() -> new FileNotFoundException(file.toString()))
        .getLen();
  }

  /** Tells whether something is there that is no file, or a file that came since. */
  private static boolean isThere(HadoopFiles files, Path file, IOException failure) {
    try {
      return Uninterrupted.get(() -> files.find(file).isPresent());
    } catch (IOException e) {
      e.addSuppressed(failure);
      throw cannotOpen(file, e);
    }
  }

  private static StateIoException absent(Path file, IOException e) {
    NoSuchFileException absent = new NoSuchFileException(file.toString());
    absent.initCause(e);
    return new StateIoException("cannot open, it is not there: file=" + file, absent);
  }

  private static StateIoException cannotOpen(Path file, IOException e) {
    return new StateIoException("cannot open: file=" + file + ", reason=" + e, e);
  }

  @Override
  public long length() {
    return window.length();
  }

  @Override
  public void read(long position, byte[] target, int offset, int count) {
    window.read(position, target, offset, count);
  }

  private byte[] get(long from, int size) {
    byte[] range = new byte[size];
    try {
      stream.readFully(from, range);
      return range;
    } catch (IOException e) {
      Uninterrupted.keep(e);
      if (isClosed) {
        throw new StateClosedException("file was closed while it was read: file=" + file, e);
      }
      throw new StateIoException(
          "cannot read: file=" + file + ", position=" + from + ", reason=" + e, e);
    }
  }

  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    window.close();
    try {
      Uninterrupted.run(stream::close);
    } catch (IOException e) {
      throw new StateIoException("cannot close: file=" + file + ", reason=" + e, e);
    }
  }
}
