// SPDX-License-Identifier: Apache-2.0
/** What it costs to hand a record from one thread to another. */
@NullMarked
package io.statebackend.bench.channels;

import org.jspecify.annotations.NullMarked;
