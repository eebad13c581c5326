// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/**
 * A record as operators keep them: the running sum of what one user did.
 *
 * @param user the user's number
 * @param count how many events were added up
 * @param amount the sum of their amounts
 * @param page where the last one was
 * @param closed whether the session has ended
 */
public record Event(long user, int count, double amount, String page, boolean closed) {

  /** Returns this event with one more added. */
  Event plus(Event other) {
    return new Event(user, count + other.count, amount + other.amount, other.page, other.closed);
  }
}
