// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import java.io.IOException;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * What is asked of a file system. Each call is one atomic step of it, or fails; a failure that is
 * no answer of the file system leaves open whether the step was taken. Thread-safe.
 */
interface HadoopFiles extends AutoCloseable {

  /** A file while it is written. Not thread-safe but for {@link #close}. */
  interface NewFile {

    /** Appends bytes. */
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Waits until disks have all bytes, and closes the file. */
    void finish() throws IOException;

    /** Stops writing. What was written stays. Waits for a write that is under way. */
    void close() throws IOException;
  }

  /**
   * Creates a file.
   *
   * @throws java.io.FileNotFoundException if its directory is not there
   * @throws org.apache.hadoop.fs.FileAlreadyExistsException if it is there
   */
  NewFile create(Path file) throws IOException;

  /**
   * Creates a directory.
   *
   * @throws java.io.FileNotFoundException if the one above it is not there
   * @throws org.apache.hadoop.fs.FileAlreadyExistsException if it is there
   */
  void createDirectory(Path directory) throws IOException;

  /** Creates a directory, and those above it, unless they are there. */
  void createDirectories(Path directory) throws IOException;

  /**
   * Gives a file or directory another name.
   *
   * @throws java.io.FileNotFoundException if it is not there, or the directory of the other name is
   *     not
   * @throws org.apache.hadoop.fs.FileAlreadyExistsException if something has the other name
   */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file, or a directory with all that is in it; returns whether it was there. */
  boolean delete(Path path) throws IOException;

  /** Deletes a directory if nothing is in it; returns whether it is gone. */
  boolean deleteIfEmpty(Path directory) throws IOException;

  /** Returns what is there, if something is. */
  Optional<FileStatus> find(Path path) throws IOException;

  /**
   * Lists what is directly in a directory.
   *
   * @throws java.io.FileNotFoundException if it is not there, also later
   */
  RemoteIterator<FileStatus> list(Path directory) throws IOException;

  /**
   * Opens a file for reading by position.
   *
   * @throws java.io.FileNotFoundException if it is not there, or a directory
   */
  FSDataInputStream open(Path file) throws IOException;

  @Override
  void close() throws IOException;
}
