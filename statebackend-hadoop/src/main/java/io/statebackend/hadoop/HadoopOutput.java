// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.hadoop.HadoopFiles.NewFile;
import java.io.IOException;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A new file while it is written, in the directory of the owner. */
final class HadoopOutput implements StorageOutput {
  private static final Logger logger = LoggerFactory.getLogger(HadoopOutput.class);

  private final HadoopFiles files;
  private final OwnDirectory own;
  private final Path file;
  private final Path aside;
  private final Placing placing;
  private final Runnable ended;

  /** {@code null} before it is begun. */
  private @Nullable NewFile stream;

  /** Set by whoever commits or closes; read by the writer, which then gives up. */
  private volatile boolean isEnded;

  /** Gives a file its name. */
  interface Placing {

    /** Returns {@code null}, or why the file has not got it and is deleted. */
    @Nullable IOException place(Path aside, Path file);
  }

  /**
   * Prepares a file.
   *
   * @param placing gives it its name in the end
   * @param ended called once, when the file is no longer written
   */
  HadoopOutput(HadoopFiles files, OwnDirectory own, Path file, Placing placing, Runnable ended) {
    this.files = files;
    this.own = own;
    this.file = file;
    this.aside = own.newPath();
    this.placing = placing;
    this.ended = ended;
  }

  /** Begins to write. */
  synchronized void begin() {
    checkNotEnded();
    try {
      stream = Uninterrupted.get(() -> files.create(aside));
    } catch (IOException e) {
      own.discard(aside); // The answer may be what has failed.
      throw failed("cannot create", file, own, e);
    }
  }

  private NewFile stream() {
    return requireNonNull(stream, "the file was begun");
  }

  private static RuntimeException failed(
      String what, Path file, OwnDirectory own, IOException failure) {
    Uninterrupted.keep(failure);
    try {
      if (!Uninterrupted.get(own::isHeld)) {
        return own.lost(failure);
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
    return new StateIoException(
        what + ": file=" + file + ", reason=" + failure + "; nothing of it is kept", failure);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) {
    checkNotEnded();
    try {
      stream().write(bytes, offset, length);
    } catch (IOException e) {
      checkNotEnded();
      throw failed("cannot write", file, own, e);
    }
    checkNotEnded();
  }

  private void checkNotEnded() {
    if (isEnded) {
      throw new StateClosedException("file was committed or closed: file=" + file);
    }
  }

  @Override
  public synchronized void commit() {
    checkNotEnded();
    try {
      Uninterrupted.run(stream()::finish);
    } catch (IOException e) {
      RuntimeException failure = failed("cannot write", file, own, e);
      close();
      throw failure;
    }
    isEnded = true;
    try {
      IOException failure = placing.place(aside, file);
      if (failure instanceof FileAlreadyExistsException) {
        throw new StateIoException(
            "file is there already, somebody has made it since this one was begun: file="
                + file
                + "; see who else writes there",
            failure);
      } else if (failure != null) {
        throw failed("cannot write", file, own, failure);
      }
    } finally {
      ended.run();
    }
  }

  @Override
  public synchronized void close() {
    if (isEnded) {
      return;
    }
    isEnded = true;
    NewFile begun = stream;
    if (begun == null) {
      ended.run();
      return;
    }
    try {
      Uninterrupted.run(begun::close);
    } catch (IOException e) {
      // It is deleted in any case. Writing may have failed before, or another owner has deleted it.
      logger.debug("{} is dropped, which was written as {}", file, aside, e);
    } finally {
      own.discard(aside);
      ended.run();
    }
  }
}
