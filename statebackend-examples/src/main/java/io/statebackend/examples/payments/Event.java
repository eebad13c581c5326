// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.payments;

/** What comes into the job. */
sealed interface Event {
  /** Returns when it happened, in milliseconds. */
  long timeMillis();

  /**
   * A payment. The same one may come twice.
   *
   * @param id what tells it from others
   * @param account who pays
   * @param merchant who is paid
   * @param cents how much
   */
  record Payment(long id, long account, String merchant, long cents, long timeMillis)
      implements Event {}

  /**
   * From this time on, payments to a merchant of more than a limit are suspicious.
   *
   * @param limitCents the limit
   */
  record Rule(String merchant, long limitCents, long timeMillis) implements Event {}
}
