// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

/**
 * A part of the job has failed, and the job with it; the cause is the error of the part. Whoever
 * starts the job again goes on from the latest checkpoint.
 */
public final class JobException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String part;

  JobException(String part, String message, Throwable cause) {
    super(message, cause);
    this.part = part;
  }

  /**
   * Returns which part has failed.
   *
   * @return its id and the index of the subtask, such as {@code count[1]}
   */
  public String part() {
    return part;
  }
}
