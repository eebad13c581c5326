// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.util.concurrent.atomic.AtomicLong;

/** Crashes when it has run a number of times, over all workers. */
final class CrashPoint implements Runnable {
  /** The exit status of a process that halts itself, as of one that was killed by signal 9. */
  static final int HALT_STATUS = 137;

  private final AtomicLong runsLeft;
  private final Runnable crash;

  CrashPoint(long runs, Runnable crash) {
    this.runsLeft = new AtomicLong(runs);
    this.crash = crash;
  }

  /** Ends the process without closing, flushing or telling anything. */
  static CrashPoint halt(long runs) {
    return new CrashPoint(runs, () -> Runtime.getRuntime().halt(HALT_STATUS));
  }

  @Override
  public void run() {
    if (runsLeft.decrementAndGet() == 0) {
      crash.run();
    }
  }
}
