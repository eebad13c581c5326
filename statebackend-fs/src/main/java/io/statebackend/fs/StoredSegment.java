// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import java.util.ArrayList;
import java.util.List;

/**
 * What native snapshots hold of a segment. Immutable.
 *
 * @param size where the stored bytes end
 * @param ranges where they are, in order and without gaps
 * @param liveness which records are live, one part applied after the other
 */
record StoredSegment(int size, List<Range> ranges, List<Liveness> liveness) {
  static final StoredSegment NOTHING =
      new StoredSegment(Segment.HEADER_BYTES, List.of(), List.of());

  StoredSegment {
    ranges = List.copyOf(ranges);
    liveness = List.copyOf(liveness);
  }

  /**
   * A place in a file of a snapshot.
   *
   * @param file the name of the file
   * @param position where in it
   * @param length how many bytes
   * @param crc32c their checksum
   */
  record Place(String file, long position, int length, int crc32c) {}

  /**
   * Bytes of the segment, from where the range before ends.
   *
   * @param place where they are. The checksum is that of the directory if there is one
   * @param directoryLength how long the directory is that lies behind the place: it tells which
   *     bytes are of which key groups. 0 if there is none, and the bytes lie there as in the
   *     segment
   * @param end where in the segment they end
   */
  record Range(Place place, int directoryLength, int end) {
    boolean hasDirectory() {
      return directoryLength > 0;
    }

    /** Returns where the directory begins. */
    long directoryPosition() {
      return place.position + place.length;
    }
  }

  /**
   * A list of units at which records begin.
   *
   * @param isFull whether these are all live records, or those that are no longer live
   * @param place where the list is
   */
  record Liveness(boolean isFull, Place place) {}

  /** Writes the segment for {@link #read}, with the names of files. */
  void write(BinaryOutput out) {
    out.writeVarInt(ranges.size());
    for (Range range : ranges) {
      write(range.place, out);
      out.writeVarInt(range.directoryLength);
      out.writeVarInt(range.end);
    }
    out.writeVarInt(liveness.size());
    for (Liveness part : liveness) {
      write(part.place, out);
      out.writeBoolean(part.isFull);
    }
  }

  private static void write(Place place, BinaryOutput out) {
    out.writeString(place.file);
    out.writeVarLong(place.position);
    out.writeVarInt(place.length);
    out.writeInt(place.crc32c);
  }

  /** Reads what {@link #write} has written. */
  static StoredSegment read(BinaryInput in) {
    StoredSegment segment = NOTHING;
    for (int i = in.readLength(); i > 0; i--) {
      segment = segment.withRange(new Range(readPlace(in), in.readVarInt(), in.readVarInt()));
    }
    List<Liveness> parts = new ArrayList<>();
    for (int i = in.readLength(); i > 0; i--) {
      Place place = readPlace(in);
      parts.add(new Liveness(in.readBoolean(), place));
    }
    return new StoredSegment(segment.size, segment.ranges, parts);
  }

  private static Place readPlace(BinaryInput in) {
    return new Place(in.readString(), in.readVarLong(), in.readVarInt(), in.readInt());
  }

  StoredSegment withRange(Range range) {
    List<Range> more = new ArrayList<>(ranges);
    more.add(range);
    return new StoredSegment(range.end, more, liveness);
  }

  StoredSegment withLiveness(Liveness part) {
    List<Liveness> parts = part.isFull ? new ArrayList<>() : new ArrayList<>(liveness);
    parts.add(part);
    return new StoredSegment(size, ranges, parts);
  }

  /** Returns an error that tells in which file a record is that was found at an offset. */
  CorruptStateException corrupt(int offset, String message) {
    int from = Segment.HEADER_BYTES;
    for (Range part : ranges) {
      if (offset < part.end) {
        return new CorruptStateException(
            message + ", offset in the segment=" + offset,
            part.place.file(),
            part.place.position() + (part.hasDirectory() ? 0 : offset - from));
      }
      from = part.end;
    }
    return new CorruptStateException(message + ", offset=" + offset);
  }

  /** Returns all places of the segment. */
  List<Place> places() {
    List<Place> places = new ArrayList<>();
    ranges.forEach(range -> places.add(range.place));
    liveness.forEach(part -> places.add(part.place));
    return places;
  }
}
