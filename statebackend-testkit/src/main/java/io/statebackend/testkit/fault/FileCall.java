// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * A call that a program makes to a {@link FaultFileSystem}.
 *
 * @param number how many calls there were since the fault was set, this one included: the first is
 *     1
 * @param changeNumber how many of them were changes, this one included if it is one
 * @param operation what the call does
 * @param path what it does it to; of a rename or link, the new name
 */
public record FileCall(long number, long changeNumber, Operation operation, Path path) {

  /**
   * Checks the call.
   *
   * @throws NullPointerException if the operation or path is {@code null}
   */
  public FileCall {
    requireNonNull(operation, "operation");
    requireNonNull(path, "path");
  }

  /** What a call does. */
  public enum Operation {
    /** Opens a file that is there. */
    OPEN(false),
    /** Opens a new file. */
    CREATE(true),
    /** Reads bytes. */
    READ(false),
    /** Writes bytes. */
    WRITE(true),
    /** Cuts a file. */
    TRUNCATE(true),
    /** Syncs a file or directory. */
    FORCE(true),
    /** Asks an open file for its size. */
    SIZE(false),
    /** Locks an open file. */
    LOCK(false),
    /** Closes a file. Whatever becomes of the call, the file is closed. */
    CLOSE(false),
    /** Asks whether a path is there, or for its attributes. */
    LOOK_UP(false),
    /** Lists a directory. */
    LIST(false),
    /** Creates a directory. */
    CREATE_DIRECTORY(true),
    /** Gives a file another name besides. */
    LINK(true),
    /** Moves a file or directory. */
    RENAME(true),
    /** Deletes a file or an empty directory. */
    DELETE(true);

    private final boolean change;

    Operation(boolean change) {
      this.change = change;
    }

    /**
     * Tells whether the operation changes what a crash leaves. A crash between two changes is like
     * a crash at the latter.
     *
     * @return {@code true} if it does
     */
    public boolean isChange() {
      return change;
    }
  }

  @Override
  public String toString() {
    return "call %d: %s %s".formatted(number, operation, path);
  }
}
