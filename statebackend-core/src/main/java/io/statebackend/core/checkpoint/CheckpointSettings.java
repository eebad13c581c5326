// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.core.snapshot.Compression;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a coordinator.
 *
 * @param interval the time from one trigger to the next, or {@code null} for triggers by hand only
 * @param minPause the minimum time from the end of a checkpoint to the next periodic trigger
 * @param timeout the time after which a checkpoint is aborted
 * @param retained how many complete checkpoints are kept
 * @param compression how blocks of snapshots are compressed
 * @param droppedOperators the operators of the restored checkpoint that are dropped on purpose
 * @param droppedStates by operator, the states of the restored checkpoint that are dropped
 * @param refuseUndeclared whether a restored state that is not declared makes a checkpoint fail
 * @param regions the operators that are restarted together, each operator in one set at most; all
 *     that are in none make up one more region
 */
record CheckpointSettings(
    @Nullable Duration interval,
    Duration minPause,
    Duration timeout,
    int retained,
    Compression compression,
    Set<String> droppedOperators,
    SortedMap<String, SortedSet<String>> droppedStates,
    boolean refuseUndeclared,
    List<Set<String>> regions) {}
