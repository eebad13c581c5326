// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * The live records of each segment that a native snapshot has, as {@link UnitList}s in a working
 * file: what the next snapshot is compared with. They are a byte or two for each record, which is
 * too much for memory when the log is many times as large as that.
 *
 * <p>Used by one thread at a time.
 */
final class LiveLists implements AutoCloseable {
  private final SpillFile file;
  private final Runnable whenClosed;
  private final Map<Long, Place> places = new HashMap<>();
  private long endBlock;
  private byte[] buffer = {};

  private record Place(long block, int length, int crc32c) {}

  /**
   * Creates no file yet.
   *
   * @param file for these lists alone; deleted with them
   * @param whenClosed called when the file was deleted, or could not be
   */
  LiveLists(SpillFile file, Runnable whenClosed) {
    this.file = file;
    this.whenClosed = whenClosed;
  }

  /** Adds the list of a segment. */
  void add(long segmentId, BinaryOutput list) {
    int length = list.position();
    long base = base(endBlock);
    file.write(base, 0, list.array(), length);
    places.put(segmentId, new Place(endBlock, length, crc32c(list.array(), length)));
    endBlock += length / Segment.STORED_BLOCK_BYTES + 1;
  }

  /**
   * Reads the list of a segment.
   *
   * @throws IllegalArgumentException if there is none
   */
  BinaryInput read(long segmentId) {
    Place place = places.get(segmentId);
    if (place == null) {
      throw new IllegalArgumentException("no list of a segment: id=" + segmentId);
    }
    if (buffer.length < place.length) {
      buffer = new byte[place.length];
    }
    file.read(base(place.block), 0, buffer, place.length);
    int actual = crc32c(buffer, place.length);
    if (actual != place.crc32c) {
      throw file.damaged(base(place.block), 0, place.crc32c, actual);
    }
    BinaryInput in = new BinaryInput();
    in.reset(buffer, 0, place.length);
    return in;
  }

  /** Lists begin where blocks of a segment would. */
  private static long base(long block) {
    return block * (Segment.BLOCK_BYTES / RecordLayout.UNIT_BYTES);
  }

  private static int crc32c(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  /** Deletes the file. */
  @Override
  public void close() {
    try {
      file.delete();
    } finally {
      whenClosed.run();
    }
  }
}
