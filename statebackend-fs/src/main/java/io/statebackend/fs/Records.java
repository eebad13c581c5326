// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.api.KeyGroupRange;

/** The records of one table that are either pages or not: their layout, index and life. */
final class Records {
  private final RecordLayout layout;
  private final Log log;
  private final SegmentTable segments;
  private final int firstKeyGroup;
  private final IndexGroup[] groups;

  Records(RecordLayout layout, KeyGroupRange range, Log log, Images images, IndexMemory memory) {
    this.layout = layout;
    this.log = log;
    this.segments = log.segments();
    this.firstKeyGroup = range.first();
    this.groups = new IndexGroup[range.size()];
    for (int i = 0; i < groups.length; i++) {
      groups[i] = new IndexGroup(images, memory);
    }
  }

  RecordLayout layout() {
    return layout;
  }

  private IndexGroup group(int keyGroup) {
    return groups[keyGroup - firstKeyGroup];
  }

  long count() {
    long count = 0;
    for (IndexGroup group : groups) {
      count += group.count();
    }
    return count;
  }

  /** Returns the directories by key group, for an image. */
  long[][][] directories() {
    long[][][] directories = new long[groups.length][][];
    for (int i = 0; i < groups.length; i++) {
      directories[i] = groups[i].directory();
    }
    return directories;
  }

  /** Moves a view to the record of a key part, if there is one. */
  boolean find(int keyGroup, KeyPart key, RecordView view) {
    long hash = key.hash();
    long tag = IndexChunk.tag(hash);
    long[] chunk = group(keyGroup).chunk(hash);
    int index = IndexChunk.home(chunk, tag);
    while (true) {
      long slot = chunk[index];
      if (slot == 0) {
        return false;
      }
      if (IndexChunk.tagOf(slot) == tag) {
        long address = IndexChunk.addressOf(slot);
        view.moveTo(segments.at(address), address);
        if (layout.hasKey(view.bytes(), view.at(), key)) {
          view.chunk = chunk;
          view.slotIndex = index;
          return true;
        }
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
    byte[] bytes = view.bytes();
    key.copy(bytes, view.at() + layout.keyOffset(), layout.keyLength(bytes, view.at()));
    long[] chunk = group(RecordLayout.keyGroup(view.header())).chunk(key.hash());
    long wanted = IndexChunk.slot(key.hash(), view.address());
    int index = IndexChunk.home(chunk, IndexChunk.tag(key.hash()));
    while (chunk[index] != wanted) {
      if (chunk[index] == 0) {
        return false;
      }
      index = IndexChunk.next(chunk, index);
    }
    view.chunk = chunk;
    view.slotIndex = index;
    return true;
  }

  /** Copies the record that a view is on to the end of the log; it fits. */
  void relocate(RecordView view, KeyPart key) {
    int sizeBytes = view.sizeBytes();
    int keyGroup = RecordLayout.keyGroup(view.header());
    Segment target = log.active();
    int offset = log.append(sizeBytes);
    System.arraycopy(view.bytes(), view.at(), target.memoryNow(), offset, sizeBytes);
    group(keyGroup).set(key.hash(), view.chunk, view.slotIndex, target.address(offset));
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
    group(keyGroup).set(key.hash(), view.chunk, view.slotIndex, target.address(offset));
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

  /** Adds a record that was appended already, whose key part no other one has. */
  void adopt(int keyGroup, KeyPart key, long address) {
    group(keyGroup).add(key.hash(), address);
  }

  /** Removes the record that a view is on. */
  void remove(int keyGroup, KeyPart key, RecordView view) {
    int sizeBytes = view.sizeBytes();
    group(keyGroup).remove(key.hash(), view.chunk, view.slotIndex);
    log.died(view.segment(), sizeBytes);
  }

  /** Empties the index; what the records take in the log is accounted for by the caller. */
  void clear() {
    for (IndexGroup group : groups) {
      group.clear();
    }
  }

  /** Tells whether the record that a view is on may be changed where it is. */
  boolean isMutable(RecordView view) {
    return log.isMutable(view.segment(), view.offset());
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
