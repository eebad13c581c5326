// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * How a job goes about its work.
 *
 * @param maxParallelism the number of key groups of all operators, or {@code null} for that of the
 *     restored checkpoint or the default
 * @param channelCapacity how many records each channel holds
 * @param limits how long inputs may be made to wait for a checkpoint
 * @param restarts how often the job starts again after a failure
 * @param toleratedFailures how many checkpoints in a row may fail
 * @param idleAfter after which time without records a source counts as idle
 * @param threads makes the threads
 */
record JobSettings(
    @Nullable Integer maxParallelism,
    int channelCapacity,
    AlignmentLimits limits,
    RestartPolicy restarts,
    int toleratedFailures,
    Duration idleAfter,
    ThreadFactory threads) {}
