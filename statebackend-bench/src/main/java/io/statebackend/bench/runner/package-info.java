// SPDX-License-Identifier: Apache-2.0
/** Runs chosen benchmarks, each in a JVM of its own, and tells how ours do beside their peers. */
@NullMarked
package io.statebackend.bench.runner;

import org.jspecify.annotations.NullMarked;
