// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * Counts what happened to state with a time to live since the keyed state was opened. A list or map
 * counts by its elements or entries.
 *
 * @param visited how many were looked at, by {@link KeyedStateBackend#maintain} and during writes,
 *     0 or more
 * @param removed how many had expired and were removed, 0 or more
 * @param removedBytes the serialized length in bytes, without keys, of what {@link
 *     KeyedStateBackend#maintain} and the steps during writes have removed, 0 or more
 * @param passes how often all state with a time to live was searched to the end, 0 or more
 */
public record ExpiryFigures(long visited, long removed, long removedBytes, long passes) {}
