// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint.catalog;

import io.statebackend.api.StableHash;
import io.statebackend.core.state.SubtaskPosition;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of directories and files that a coordinator creates, and how it knows them again. What
 * has another name is not ours and is never deleted.
 *
 * <pre>
 * chk-7/_metadata            chk-7/count-0.snapshot
 * savepoint-x/_metadata      savepoint-x/count-0.snapshot
 * shared/count-0-7-1.native
 * </pre>
 */
public final class FileNames {
  /** The file whose presence makes a checkpoint complete. */
  public static final String METADATA = "_metadata";

  /** The directory of files that several checkpoints may refer to. */
  public static final String SHARED_DIRECTORY = "shared";

  /**
   * The highest number that a checkpoint gets. Directories with higher numbers were not made by us.
   */
  public static final long ID_MAX = 4_000_000_000_000_000_000L;

  private static final String CHECKPOINT_PREFIX = "chk-";
  private static final String SAVEPOINT_PREFIX = "savepoint-";
  private static final String SNAPSHOT_SUFFIX = ".snapshot";
  private static final String NATIVE_SUFFIX = ".native";
  private static final int OPERATOR_LENGTH_MAX = 80;

  /** What {@link #of} returns. */
  private static final String SUBTASK =
      "[A-Za-z0-9_-]{0," + OPERATOR_LENGTH_MAX + "}(?:\\.[0-9a-f]{1,16})?-[0-9]{1,5}";

  private static final Pattern CHECKPOINT = Pattern.compile("chk-([1-9][0-9]*)");
  private static final Pattern SAVEPOINT_NAME = Pattern.compile("[A-Za-z0-9_.-]{1,200}");
  private static final Pattern SNAPSHOT = Pattern.compile(SUBTASK + Pattern.quote(SNAPSHOT_SUFFIX));
  private static final Pattern NATIVE =
      Pattern.compile(SUBTASK + "-([1-9][0-9]{0,18})-[1-9][0-9]*" + Pattern.quote(NATIVE_SUFFIX));

  private FileNames() {}

  /** Returns a name that no other subtask of the process has, legal in every storage. */
  public static String of(SubtaskPosition position) {
    String id = position.operatorId();
    String legal = id.replaceAll("[^A-Za-z0-9_-]", "_");
    if (legal.length() > OPERATOR_LENGTH_MAX) {
      legal = legal.substring(0, OPERATOR_LENGTH_MAX);
    }
    // The hash keeps apart what the replacement or a file system without case makes the same.
    boolean unchanged = legal.equals(id) && id.equals(id.toLowerCase(Locale.ROOT));
    String unique = unchanged ? legal : legal + "." + Long.toHexString(StableHash.ofString(id));
    return unique + "-" + position.subtask();
  }

  /** Returns the name of the portable snapshot of a subtask in the directory of a checkpoint. */
  public static String snapshotOf(SubtaskPosition position) {
    return of(position) + SNAPSHOT_SUFFIX;
  }

  /** Tells whether a file in the directory of a checkpoint is a portable snapshot by its name. */
  static boolean isSnapshot(String name) {
    return SNAPSHOT.matcher(name).matches();
  }

  /**
   * Returns the name of a shared file: of which subtask, which checkpoint, and which of several.
   */
  static String nativeFile(String subtaskName, long checkpointId, int number) {
    return subtaskName + "-" + checkpointId + "-" + number + NATIVE_SUFFIX;
  }

  /**
   * Returns the number of the checkpoint that created a shared file.
   *
   * @return the number, or nothing if the name is not one of ours
   */
  static OptionalLong checkpointOfNative(String name) {
    Matcher matcher = NATIVE.matcher(name);
    return matcher.matches() ? number(matcher.group(1)) : OptionalLong.empty();
  }

  /** Returns the directory of a checkpoint. */
  public static String directoryOf(long checkpointId) {
    return CHECKPOINT_PREFIX + checkpointId;
  }

  /**
   * Returns the directory of a savepoint.
   *
   * @throws IllegalArgumentException if the name is not legal
   */
  public static String directoryOfSavepoint(String name) {
    if (!SAVEPOINT_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the name of a savepoint is 1 to 200 letters, digits, '-', '_' and '.': name='"
              + name
              + "'");
    }
    return SAVEPOINT_PREFIX + name;
  }

  /** Tells whether a directory has the name of a savepoint. */
  public static boolean isSavepoint(String directory) {
    return directory.startsWith(SAVEPOINT_PREFIX)
        && SAVEPOINT_NAME.matcher(directory.substring(SAVEPOINT_PREFIX.length())).matches();
  }

  /** Tells whether a directory is named like a checkpoint, whether it can be one of ours or not. */
  public static boolean looksLikeCheckpoint(String directory) {
    return CHECKPOINT.matcher(directory).matches();
  }

  /**
   * Returns the number of a checkpoint.
   *
   * @param directory the name of its directory
   * @return the number, 1 to {@link #ID_MAX}, or nothing if no checkpoint of ours has that name
   */
  public static OptionalLong idOf(String directory) {
    Matcher matcher = CHECKPOINT.matcher(directory);
    return matcher.matches() ? number(matcher.group(1)) : OptionalLong.empty();
  }

  private static OptionalLong number(String digits) {
    if (digits.length() > 19) {
      return OptionalLong.empty();
    }
    try {
      long number = Long.parseLong(digits);
      return number <= ID_MAX ? OptionalLong.of(number) : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty(); // 19 digits, and more than a long can hold.
    }
  }
}
