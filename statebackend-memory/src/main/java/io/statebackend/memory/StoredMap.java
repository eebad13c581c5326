// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

/** The map of user keys under one key, as {@link StoredMaps} reads and changes it. */
sealed interface StoredMap permits Chunk, ChunkMap {}
