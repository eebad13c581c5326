// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * What a program does when a timer fires.
 *
 * @param <N> the type of the namespaces
 * @param <X> the checked exception that it may throw; {@link RuntimeException} if it throws none
 */
@FunctionalInterface
public interface TimerHandler<N, X extends Exception> {

  /**
   * Handles one timer. Its key is the current key.
   *
   * @param namespace the namespace that it was registered with
   * @param timestamp the timestamp that it was registered with
   * @throws X if handling it failed; the timer is registered again then
   */
  void onTimer(N namespace, long timestamp) throws X;
}
