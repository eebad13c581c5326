// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

/** The rules for paths of {@link io.statebackend.api.storage.CheckpointStorage}. */
final class StoragePath {
  private StoragePath() {}

  /**
   * Checks the path of a file or directory.
   *
   * @throws IllegalArgumentException if it breaks the rules
   */
  static String check(String path) {
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

  /** Tells whether a string can be one part of a path. */
  static boolean isName(String part) {
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
