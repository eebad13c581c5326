// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over a key group of a table that the owner changes meanwhile: bucket by bucket, each as
 * it is when the cursor reaches it. Only the owner uses it.
 */
final class LiveCursor<K, N, V> implements EntryCursor {
  private final KeyGroups<K, N, V> groups;
  private final int keyGroup;
  private final Pages<V> pages;

  /** Null before the first step and at the end. */
  private @Nullable EntryWalk<K, N, V> walk;

  private boolean hasEnded;
  private boolean pagePending;
  private @Nullable BinaryOutput skipped;

  LiveCursor(KeyGroups<K, N, V> groups, int keyGroup, Pages<V> pages) {
    this.groups = groups;
    this.keyGroup = keyGroup;
    this.pages = pages;
  }

  @Override
  public boolean next() {
    if (pagePending) {
      writeValue(skipped());
    }
    if (!pages.hasNext() && !nextEntry()) {
      return false;
    }
    pagePending = true;
    return true;
  }

  private boolean nextEntry() {
    ChunkMap<K, N, V> map = hasEnded ? null : groups.map(keyGroup);
    EntryWalk<K, N, V> current = walk;
    if (map != null && current == null) {
      current = EntryWalk.overLive(map);
      walk = current;
    }
    // A map that was removed or started again replaces the one that the walk was reading.
    if (map == null || current == null || !current.nextIn(map)) {
      close();
      return false;
    }
    pages.begin(current);
    return true;
  }

  private BinaryOutput skipped() {
    BinaryOutput out = skipped;
    if (out == null) {
      out = new BinaryOutput();
      skipped = out;
    }
    out.reset();
    return out;
  }

  @Override
  public void writeKey(BinaryOutput out) {
    current().writeKey(out);
  }

  @Override
  public void writeNamespace(BinaryOutput out) {
    current().writeNamespace(out);
  }

  @Override
  public void writeValue(BinaryOutput out) {
    if (!pagePending) {
      throw new IllegalStateException("not on an entry whose value is to be written yet");
    }
    pagePending = false;
    pages.write(out);
  }

  private EntryWalk<K, N, V> current() {
    EntryWalk<K, N, V> current = walk;
    if (current == null) {
      throw new IllegalStateException("the cursor is not on an entry");
    }
    return current;
  }

  @Override
  public void close() {
    if (walk != null) {
      walk.leave();
    }
    walk = null;
    hasEnded = true;
  }
}
