// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.KeyGroupRange;
import java.util.List;
import java.util.function.LongConsumer;

/** The records of one table that are either pages or not: their layout, index and life. */
final class Records {
  /** Is the address of no record. */
  static final long NONE = 0;

  static final long UNSURE = -1;

  private final RecordLayout layout;
  private final Log log;
  private final int firstKeyGroup;
  private final IndexGroup[] groups;
  private final SegmentTable segments;
  private final long hashSeed;

  Records(
      RecordLayout layout,
      KeyGroupRange range,
      Log log,
      Images images,
      IndexMemory memory,
      long hashSeed) {
    this.layout = layout;
    this.log = log;
    this.segments = log.segments();
    this.hashSeed = hashSeed;
    this.firstKeyGroup = range.first();
    this.groups = new IndexGroup[range.size()];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = new IndexGroup(images, memory);
    }
  }

  RecordLayout layout() {
    return layout;
  }

  void checkKeyGroup(int keyGroup, String table) {
    if (keyGroup < firstKeyGroup || keyGroup >= firstKeyGroup + groups.length) {
      throw new IllegalArgumentException(
          "key group is not one of the store's: keyGroup=%d, first=%d, count=%d, table=%s"
              .formatted(keyGroup, firstKeyGroup, groups.length, table));
    }
  }

  /** Returns the index of a key group. */
  IndexGroup group(int keyGroup) {
    return groups[keyGroup - firstKeyGroup];
  }

  long count() {
    log.checkOpen();
    long count = 0;
    for (IndexGroup group : groups) {
      count += group.count();
    }
    return count;
  }

  /** Prepares the key groups that are counted, as far as they are here. */
  void expect(List<Long> counts, KeyGroupRange counted) {
    for (int i = 0; i < groups.length; i++) {
      int keyGroup = firstKeyGroup + i;
      if (counted.contains(keyGroup)) {
        groups[i].expect(counts.get(keyGroup - counted.first()));
      }
    }
  }

  /** Returns the directories by key group, for an image. */
  long[][][] directories() {
    long[][][] directories = new long[groups.length][][];
    for (int i = 0; i < groups.length; i++) {
      directories[i] = groups[i].directory();
    }
    return directories;
  }

  /**
   * Finds the record of a key part of 8 bytes, if memory is enough for it. This is the short way of
   * most lookups: the fewer instructions there are, the more lookups the processor has under way
   * while it waits for memory.
   *
   * @param number the key part
   * @return the address, {@link #NONE} if there is no such record, or {@link #UNSURE} if a record
   *     would have to be looked at that {@link SegmentTable#memory} does not have
   */
  long findInMemory(int keyGroup, long number) {
    long hash = KeyHash.ofLong(number, hashSeed);
    long tag = IndexChunk.tag(hash);
    long[] chunk = groups[keyGroup - firstKeyGroup].chunk(hash);
    int index = IndexChunk.home(chunk, tag);
    while (true) {
      long slot = chunk[index];
      if (IndexChunk.tagOf(slot) == tag && slot != 0) {
        long address = IndexChunk.addressOf(slot);
        byte[] memory = segments.memory(address);
        if (memory == null) {
          return UNSURE;
        }
        if (layout.key(memory, segments.offset(address)) == number) {
          return address;
        }
      }
      if (slot == 0) {
        log.checkOpen();
        return NONE;
      }
      index = IndexChunk.next(chunk, index);
    }
  }

  /** Moves a view to the record of a key part, if there is one. */
  boolean find(int keyGroup, KeyPart key, RecordView view) {
    long tag = IndexChunk.tag(key.hash());
    long[] chunk = group(keyGroup).chunk(key.hash());
    int index = IndexChunk.home(chunk, tag);
    while (true) {
      long slot = chunk[index];
      if (IndexChunk.tagOf(slot) == tag && slot != 0) {
        view.moveTo(IndexChunk.addressOf(slot));
        if (layout.hasKey(view.bytes(), view.at(), key)) {
          return true;
        }
      }
      if (slot == 0) {
        log.checkOpen();
        return false;
      }
      index = IndexChunk.next(chunk, index);
    }
  }

  /**
   * Looks the record that a view is on up in the index.
   *
   * @param key moved to the record's key part
   * @return whether it is there, that is, live
   */
  boolean findAddress(RecordView view, KeyPart key) {
    layout.moveTo(key, view.bytes(), view.at());
    return group(RecordLayout.keyGroup(view.header())).contains(key.hash(), view.address());
  }

  /** Copies the record that a view is on to the end of the log; it fits. */
  void relocate(RecordView view, KeyPart key) {
    int sizeBytes = view.sizeBytes();
    int keyGroup = RecordLayout.keyGroup(view.header());
    Segment target = log.active();
    int offset = log.append(sizeBytes);
    System.arraycopy(view.bytes(), view.at(), target.memoryNow(), offset, sizeBytes);
    group(keyGroup).replace(key.hash(), view.address(), target.address(offset));
    log.died(view.segment(), sizeBytes);
  }

  /**
   * Adds a record of which all but the value is written; it fits, and there is none of its key
   * part.
   *
   * @return the index in {@link Log#active()}'s memory at which the value is to be written
   */
  int add(int keyGroup, KeyPart key, int valueLength, int valueCapacity) {
    Segment target = log.active();
    int offset = append(keyGroup, key, valueLength, valueCapacity);
    group(keyGroup).add(key.hash(), target.address(offset));
    return layout.valueAt(target.memoryNow(), offset);
  }

  /** Adds a record in place of the one that a view is on; otherwise like {@link #add}. */
  int replace(int keyGroup, KeyPart key, RecordView view, int valueLength, int valueCapacity) {
    Segment target = log.active();
    int replacedBytes = view.sizeBytes();
    int offset = append(keyGroup, key, valueLength, valueCapacity);
    group(keyGroup).replace(key.hash(), view.address(), target.address(offset));
    log.died(view.segment(), replacedBytes);
    return layout.valueAt(target.memoryNow(), offset);
  }

  private int append(int keyGroup, KeyPart key, int valueLength, int valueCapacity) {
    int sizeBytes = (int) layout.sizeBytes(key.length(), valueCapacity);
    byte[] memory = log.active().memoryNow();
    int offset = log.append(sizeBytes);
    layout.write(memory, offset, sizeBytes, keyGroup, key, valueLength);
    return offset;
  }

  /** Removes the record that a view is on. */
  void remove(int keyGroup, KeyPart key, RecordView view) {
    int sizeBytes = view.sizeBytes();
    group(keyGroup).remove(key.hash(), view.address());
    log.died(view.segment(), sizeBytes);
  }

  /** Hands the address of each record over, in no particular order. */
  void forEachAddress(LongConsumer action) {
    for (IndexGroup group : groups) {
      group.forEachAddress(action);
    }
  }

  /** Empties the index; what the records take in the log is accounted for by the caller. */
  void clear() {
    for (IndexGroup group : groups) {
      group.clear();
    }
  }

  /** Lets go of the index. */
  void close() {
    for (IndexGroup group : groups) {
      group.close();
    }
  }

  /** Tells whether the record that a view is on may be changed where it is. */
  boolean isMutable(RecordView view) {
    return log.isMutable(view.address());
  }

  /** Tells whether the record may be changed where it is to have a value of some length. */
  boolean hasRoom(RecordView view, int valueLength) {
    return isMutable(view) && valueLength <= layout.valueCapacity(view.bytes(), view.at());
  }

  int valueAt(RecordView view) {
    return layout.valueAt(view.bytes(), view.at());
  }

  int valueLength(RecordView view) {
    return layout.valueLength(view.bytes(), view.at());
  }
}
