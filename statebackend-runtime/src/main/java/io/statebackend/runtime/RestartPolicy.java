// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import java.time.Duration;

/**
 * How often a job that has failed starts again within the process, from its latest checkpoint.
 *
 * @param attempts how many failures in a row are followed by another start, 0 or more; a checkpoint
 *     that is completed in between begins the count anew
 * @param firstPause how long to wait before the first start, zero or more; each further pause is
 *     twice as long
 * @param longestPause the longest pause, not less than the first
 */
public record RestartPolicy(int attempts, Duration firstPause, Duration longestPause) {

  /**
   * Checks the policy.
   *
   * @throws IllegalArgumentException if a component is out of its range
   */
  public RestartPolicy {
    if (attempts < 0 || firstPause.isNegative() || longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "not a restart policy: attempts=%d, firstPause=%s, longestPause=%s"
              .formatted(attempts, firstPause, longestPause));
    }
  }

  /**
   * Returns the policy of a job that is started again by others, such as an orchestrator.
   *
   * @return no attempts
   */
  public static RestartPolicy none() {
    return new RestartPolicy(0, Duration.ZERO, Duration.ZERO);
  }

  /** Returns how long to wait after a number of failures in a row. */
  Duration pauseAfter(int failures) {
    Duration pause = firstPause;
    for (int i = 1; i < failures && pause.compareTo(longestPause) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longestPause) > 0 ? longestPause : pause;
  }
}
