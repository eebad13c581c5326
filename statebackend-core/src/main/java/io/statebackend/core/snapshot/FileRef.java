// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import java.util.regex.Pattern;

/**
 * A file of a checkpoint, as its metadata refers to it.
 *
 * @param path where the file is, relative to the checkpoint's directory: a file name, or {@code
 *     ../shared/} and a file name
 * @param length its length in bytes
 * @param crc32c the checksum of all of it
 */
public record FileRef(String path, long length, int crc32c) {
  private static final String SHARED_PREFIX = "../shared/";
  private static final Pattern PATH =
      Pattern.compile("(?:\\.\\./shared/)?(?!\\.{1,2}$)[A-Za-z0-9._-]+");

  /**
   * Checks the reference.
   *
   * @throws IllegalArgumentException if the path has another form or the length is negative
   */
  public FileRef {
    if (!PATH.matcher(path).matches()) {
      throw new IllegalArgumentException(
          "not a path of a checkpoint's file: path='"
              + path
              + "'; expected a name of letters, digits, '-', '_' and '.', or ../shared/ and a"
              + " name");
    }
    if (length < 0) {
      throw new IllegalArgumentException(
          "not the length of a file: path=" + path + ", length=" + length);
    }
  }

  /**
   * Refers to a file that several checkpoints may refer to.
   *
   * @param name the name of the file in the shared directory
   * @param length its length in bytes
   * @param crc32c the checksum of all of it
   * @return the reference
   */
  public static FileRef ofShared(String name, long length, int crc32c) {
    return new FileRef(SHARED_PREFIX + name, length, crc32c);
  }

  /**
   * Tells whether other checkpoints may refer to the file too.
   *
   * @return {@code true} if it is in the shared directory
   */
  public boolean isShared() {
    return path.startsWith(SHARED_PREFIX);
  }

  /**
   * Returns the name of the file in its directory.
   *
   * @return the last part of the path
   */
  public String name() {
    return isShared() ? path.substring(SHARED_PREFIX.length()) : path;
  }

  /**
   * Returns where the file is in the checkpoint storage.
   *
   * @param checkpointDirectory the directory of the checkpoint's metadata, such as {@code chk-7}
   * @return the path of the file in the storage
   */
  public String pathFrom(String checkpointDirectory) {
    return isShared() ? "shared/" + name() : checkpointDirectory + "/" + path;
  }
}
