// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * What became of state with a time to live since the keyed state was opened. A list or map counts
 * by its elements or entries.
 *
 * @param visited what was looked at by {@link KeyedStateBackend#maintain} and in passing, 0 or more
 * @param removed what had expired and was removed, 0 or more
 * @param removedBytes the serialized length of what {@link KeyedStateBackend#maintain} and the
 *     looks in passing have removed, without keys, 0 or more
 * @param passes how often all state with a time to live was looked through to the end, 0 or more
 */
public record ExpiryFigures(long visited, long removed, long removedBytes, long passes) {}
