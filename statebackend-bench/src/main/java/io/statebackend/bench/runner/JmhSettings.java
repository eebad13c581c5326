// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

/**
 * How often each line is measured.
 *
 * @param forks how many JVMs measure, one after the other
 * @param warmups iterations of each that do not count
 * @param iterations iterations that count
 * @param iterationMillis how long an iteration is; where one is a pass, it takes what it takes
 */
record JmhSettings(int forks, int warmups, int iterations, int iterationMillis) {
  static final JmhSettings QUICK = new JmhSettings(1, 4, 5, 500);
  static final JmhSettings FULL = new JmhSettings(2, 5, 5, 1000);
}
