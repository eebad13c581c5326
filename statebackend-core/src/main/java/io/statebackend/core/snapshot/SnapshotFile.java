// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

/**
 * The result of writing a snapshot.
 *
 * @param length the length of the file in bytes
 * @param crc32c the checksum of the file
 * @param entryCount the number of entries, pages of lists and maps counted one by one
 */
public record SnapshotFile(long length, int crc32c, long entryCount) {}
