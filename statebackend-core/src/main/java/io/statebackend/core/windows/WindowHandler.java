// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.windows;

/**
 * What a program does with the result of a window.
 *
 * @param <O> the type of the result
 * @param <X> the checked exception that it may throw; {@link RuntimeException} if it throws none
 */
@FunctionalInterface
public interface WindowHandler<O, X extends Exception> {

  /**
   * Handles the result of a window. Its key is the current key.
   *
   * @param window the window that has ended, or got a late record
   * @param result the result of the records in the window; for a list, a copy
   * @throws X if handling it failed; the next call of {@link WindowedState#advanceTo} delivers the
   *     result again
   */
  void onWindow(Window window, O result) throws X;
}
