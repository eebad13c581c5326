// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import io.statebackend.bench.Distribution;
import io.statebackend.bench.EntryType;

/**
 * What is compared: one operation under the same conditions for every backend.
 *
 * @param benchmark the state and the operation
 * @param type what is stored
 * @param keys how many keys, or entries of maps, or elements of lists
 * @param distribution which keys come how often
 * @param gc the garbage collector
 */
record Line(
    Benchmark benchmark, EntryType type, int keys, Distribution distribution, GarbageCollector gc) {

  @Override
  public String toString() {
    return "%s %s keys=%d %s %s".formatted(benchmark, type, keys, distribution, gc);
  }
}
