// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file: its bytes, and what of them is on the disk. Guarded by the disk. */
final class FileNode implements Node {
  private static final int SECTOR_SIZE_BYTES = 512;

  private final Content visible = new Content();
  private final Content durable = new Content();

  /** What the visible content has and the durable one has not, in order. */
  private final List<Change> unsynced = new ArrayList<>();

  private int linkCount;
  private int channelCount;

  /** The program that holds the lock; one that is dead does not hold it any more. */
  private @Nullable FaultFileSystem lockedBy;

  /** Bytes that grow. */
  private static final class Content {
    private byte[] bytes = new byte[0];
    private int size;

    void write(int position, byte[] source, int from, int length) {
      resize(Math.max(size, position + length));
      System.arraycopy(source, from, bytes, position, length);
    }

    void resize(int newSize) {
      if (newSize > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(newSize, bytes.length * 2));
      } else if (newSize < size) {
        Arrays.fill(bytes, newSize, size, (byte) 0);
      }
      size = newSize;
    }
  }

  /** A change of a content. */
  private sealed interface Change {
    void apply(Content content);

    /** Does what a crash leaves of the change. */
    void survive(Content content, Unsynced rule);
  }

  private static final class Write implements Change {
    private final int position;
    private final byte[] bytes;

    Write(int position, byte[] bytes) {
      this.position = position;
      this.bytes = bytes;
    }

    @Override
    public void apply(Content content) {
      content.write(position, bytes, 0, bytes.length);
    }

    @Override
    public void survive(Content content, Unsynced rule) {
      switch (rule.ofWrite()) {
        case KEPT -> apply(content);
        case DROPPED -> {}
        case LENGTH_ONLY -> content.resize(Math.max(content.size, position + bytes.length));
        case TORN -> tear(content, rule);
      }
    }

    /** Leaves a beginning of any length, or any sectors. */
    private void tear(Content content, Unsynced rule) {
      if (rule.cut(2) == 0) {
        content.write(position, bytes, 0, rule.cut(bytes.length + 1));
        return;
      }
      for (int from = 0; from < bytes.length; ) {
        int sectorEnd = (position + from) / SECTOR_SIZE_BYTES * SECTOR_SIZE_BYTES;
        int to = Math.min(bytes.length, sectorEnd + SECTOR_SIZE_BYTES - position);
        if (rule.cut(2) == 0) {
          content.write(position + from, Arrays.copyOfRange(bytes, from, to), 0, to - from);
        }
        from = to;
      }
    }
  }

  private record Resize(int size) implements Change {
    @Override
    public void apply(Content content) {
      content.resize(size);
    }

    @Override
    public void survive(Content content, Unsynced rule) {
      if (rule.ofDirectoryChange() == Unsynced.Fate.KEPT) {
        apply(content);
      }
    }
  }

  int size() {
    return visible.size;
  }

  int read(int position, ByteBuffer target, int length) {
    target.put(visible.bytes, position, length);
    return length;
  }

  void write(int position, byte[] bytes) {
    make(new Write(position, bytes));
  }

  void truncate(int size) {
    make(new Resize(size));
  }

  private void make(Change change) {
    change.apply(visible);
    unsynced.add(change);
  }

  @Override
  public void sync() {
    unsynced.forEach(change -> change.apply(durable));
    unsynced.clear();
  }

  /** Forgets what was to be synced: later syncs do not try again, though reads still see it. */
  void failToSync() {
    unsynced.clear();
  }

  void linked(int count) {
    linkCount += count;
  }

  void opened(int count) {
    channelCount += count;
  }

  /** Tells whether the file still takes room. */
  boolean isInUse() {
    return linkCount > 0 || channelCount > 0;
  }

  boolean lock(FaultFileSystem by) {
    boolean free = lockedBy != by;
    lockedBy = by;
    return free;
  }

  void unlock(FaultFileSystem by) {
    if (lockedBy == by) {
      lockedBy = null;
    }
  }

  /** Returns the file as a crash leaves it. */
  FileNode afterCrash(Unsynced rule) {
    FileNode left = new FileNode();
    if (rule.keepsAll()) {
      left.durable.write(0, visible.bytes, 0, visible.size);
      left.visible.write(0, visible.bytes, 0, visible.size);
      return left;
    }
    left.durable.write(0, durable.bytes, 0, durable.size);
    unsynced.forEach(change -> change.survive(left.durable, rule));
    left.visible.write(0, left.durable.bytes, 0, left.durable.size);
    return left;
  }
}
