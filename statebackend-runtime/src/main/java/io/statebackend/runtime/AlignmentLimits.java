// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import java.time.Duration;

/**
 * How long inputs may be made to wait for a checkpoint.
 *
 * @param time how long the first input that has given its barrier waits for the last one, more than
 *     zero
 * @param records how many records may wait in inputs that have given their barrier, 0 or more; what
 *     the channels hold is a limit in any case
 */
public record AlignmentLimits(Duration time, int records) {
  /** No limits but the coordinator's timeout and what channels hold. */
  public static final AlignmentLimits NONE =
      new AlignmentLimits(Duration.ofNanos(Long.MAX_VALUE), Integer.MAX_VALUE);

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public AlignmentLimits {
    if (time.isNegative() || time.isZero() || records < 0) {
      throw new IllegalArgumentException(
          "not limits of an alignment: time=%s, records=%d".formatted(time, records));
    }
  }
}
