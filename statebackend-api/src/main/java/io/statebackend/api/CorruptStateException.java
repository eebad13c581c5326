// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import org.jspecify.annotations.Nullable;

/**
 * Stored bytes are not what was written: damaged, cut, swapped or missing.
 *
 * <p>What to do: restore an older checkpoint.
 */
public final class CorruptStateException extends StateException {
  private static final long serialVersionUID = 1L;

  /** The value of {@link #offset()} when no place in the file can be named. */
  public static final long UNKNOWN_OFFSET = -1;

  /** The damaged file, or {@code null} if it is not known. */
  private final @Nullable String file;

  /** Where in the file, or {@link #UNKNOWN_OFFSET}. */
  private final long offset;

  /**
   * Creates the error for bytes whose file is known only to the caller.
   *
   * @param message what was wrong, with expected and actual
   */
  public CorruptStateException(String message) {
    super(message, null);
    this.file = null;
    this.offset = UNKNOWN_OFFSET;
  }

  /**
   * Creates the error for bytes whose file is known only to the caller, with its cause.
   *
   * @param message what was wrong, with expected and actual
   * @param cause what led to it
   */
  public CorruptStateException(String message, Throwable cause) {
    super(message, cause);
    this.file = null;
    this.offset = UNKNOWN_OFFSET;
  }

  /**
   * Creates the error for a place in a file.
   *
   * @param message what was wrong, with expected and actual; file and offset are appended
   * @param file the damaged file
   * @param offset where in the file, in bytes, or {@link #UNKNOWN_OFFSET}
   */
  public CorruptStateException(String message, String file, long offset) {
    this(message, file, offset, null);
  }

  /**
   * Creates the error for a place in a file, with its cause.
   *
   * @param message what was wrong, with expected and actual; file and offset are appended
   * @param file the damaged file
   * @param offset where in the file, in bytes, or {@link #UNKNOWN_OFFSET}
   * @param cause what led to it, or {@code null}
   */
  public CorruptStateException(
      String message, String file, long offset, @Nullable Throwable cause) {
    super(
        message + ", file=" + file + (offset == UNKNOWN_OFFSET ? "" : ", offset=" + offset), cause);
    this.file = file;
    this.offset = offset;
  }

  /**
   * Returns the damaged file.
   *
   * @return the file, or {@code null} if it is not known
   */
  public @Nullable String file() {
    return file;
  }

  /**
   * Returns where in the file the damage is.
   *
   * @return the offset in bytes, or {@link #UNKNOWN_OFFSET}
   */
  public long offset() {
    return offset;
  }
}
