// SPDX-License-Identifier: Apache-2.0
/** Starts the runner out of the one jar that holds everything. */
@NullMarked
package io.statebackend.bench.launcher;

import org.jspecify.annotations.NullMarked;
