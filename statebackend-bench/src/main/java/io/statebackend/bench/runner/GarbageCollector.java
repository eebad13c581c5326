// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

/** The garbage collectors that {@code --gc} can name. */
enum GarbageCollector {
  G1("-XX:+UseG1GC"),
  PARALLEL("-XX:+UseParallelGC");

  private final String flag;

  GarbageCollector(String flag) {
    this.flag = flag;
  }

  String flag() {
    return flag;
  }
}
