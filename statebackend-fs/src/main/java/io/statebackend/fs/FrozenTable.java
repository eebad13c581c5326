// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * The index of a table as it was when an image was taken. Immutable as long as the image is in use.
 *
 * @param id the number that records call the table
 * @param format what is known of it
 * @param heads the directories of the records that are not pages, by key group
 * @param pages those of pages; empty for a table of values
 */
@SuppressWarnings("ArrayRecordComponent") // read, never compared
record FrozenTable(int id, TableFormat format, long[][][] heads, long[][][] pages) {

  /**
   * Returns how many records there are of each key group: first those that are not pages, then
   * those that are.
   */
  List<Long> recordCounts() {
    return Stream.concat(Arrays.stream(heads), Arrays.stream(pages))
        .map(IndexGroup::count)
        .toList();
  }
}
