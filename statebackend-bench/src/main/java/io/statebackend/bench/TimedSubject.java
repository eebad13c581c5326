// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/** A backend that has timers. */
interface TimedSubject extends Subject {

  /** Opens timers. */
  TimersSubject timers();
}
