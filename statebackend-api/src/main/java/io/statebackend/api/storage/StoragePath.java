// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.storage;

/** The rules for paths of {@link CheckpointStorage}, for those who implement one. */
public final class StoragePath {
  private StoragePath() {}

  /**
   * Checks the path of a file or directory.
   *
   * @param path the path, relative to the top of the storage
   * @return the same path
   * @throws IllegalArgumentException if it breaks the rules
   */
  public static String check(String path) {
    for (String part : path.split("/", -1)) {
      if (!isName(part)) {
        throw new IllegalArgumentException(
            "not a path of a checkpoint storage: path='"
                + path
                + "', part='"
                + part
                + "'; expected parts of letters, digits, '-', '_' and '.', separated by '/'");
      }
    }
    return path;
  }

  /**
   * Tells whether a string can be one part of a path.
   *
   * @param part the string
   * @return {@code true} if it is a name of a file or directory
   */
  public static boolean isName(String part) {
    return !part.isEmpty()
        && !part.equals(".")
        && !part.equals("..")
        && part.chars().allMatch(StoragePath::isNamePart);
  }

  private static boolean isNamePart(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.';
  }
}
