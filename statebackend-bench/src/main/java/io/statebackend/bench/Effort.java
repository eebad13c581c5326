// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/**
 * How long a program measures.
 *
 * @param rounds how many rounds count, after one that does not
 * @param phaseNanos how long the owner of the state is watched before and after a checkpoint
 */
record Effort(int rounds, long phaseNanos) {
  static final Effort FULL = new Effort(5, 1_500_000_000L);
}
