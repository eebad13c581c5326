// SPDX-License-Identifier: Apache-2.0
/**
 * Timers over the tables of a storage engine.
 *
 * <p>The timers of a key group are divided into <em>buckets</em>, ranges of time of about the same
 * number of timers. A bucket is one map in a table of the engine; only the list of buckets and the
 * first few timers of each key group are in memory. {@code docs/decisions/0019} says why.
 */
@NullMarked
package io.statebackend.core.timers;

import org.jspecify.annotations.NullMarked;
