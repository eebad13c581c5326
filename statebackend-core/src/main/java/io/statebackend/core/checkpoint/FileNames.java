// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.api.StableHash;
import io.statebackend.core.state.SubtaskPosition;
import java.util.Locale;

/** Names of files that are legal in every storage, whatever the operator is called. */
final class FileNames {
  private static final int LENGTH_MAX = 80;

  private FileNames() {}

  /** Returns a name that no other subtask of the process has. */
  static String of(SubtaskPosition position) {
    String id = position.operatorId();
    String legal = id.replaceAll("[^A-Za-z0-9_-]", "_");
    if (legal.length() > LENGTH_MAX) {
      legal = legal.substring(0, LENGTH_MAX);
    }
    // The hash keeps apart what the replacement or a file system without case makes the same.
    boolean unchanged = legal.equals(id) && id.equals(id.toLowerCase(Locale.ROOT));
    String unique = unchanged ? legal : legal + "." + Long.toHexString(StableHash.ofString(id));
    return unique + "-" + position.subtask();
  }
}
