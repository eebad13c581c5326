// SPDX-License-Identifier: Apache-2.0
/**
 * Benchmarks of our backends and their peers, side by side. {@code statebackend-bench/bench} runs
 * them; docs/benchmarks tells what they say.
 */
@NullMarked
package io.statebackend.bench;

import org.jspecify.annotations.NullMarked;
