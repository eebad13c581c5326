// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.EntryCursor;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over a key group of a frozen table.
 *
 * <p>While it is open, the image stays in use, even if it is closed. So the entry of the cursor
 * does not change while a thread is reading it.
 */
final class FrozenCursor<K, N, V> implements EntryCursor {
  private final MemoryFrozenStore image;
  private final FrozenTable<K, N, V> table;
  private final FrozenTable.Form<K, N, V> form;
  private final @Nullable EntryWalk<K, N, V> walk;
  private final Pages<V> pages;

  /** Receives pages that the caller skipped. */
  private @Nullable BinaryOutput skipped;

  private boolean pagePending;
  private boolean closed;

  /** Makes a cursor for an image that counts it already. */
  FrozenCursor(
      MemoryFrozenStore image,
      FrozenTable<K, N, V> table,
      FrozenTable.Form<K, N, V> form,
      @Nullable ChunkMap<K, N, V> map) {
    this.image = image;
    this.table = table;
    this.form = form;
    this.walk = map == null ? null : EntryWalk.overFrozen(form.layout(), map);
    this.pages = form.pages().create();
  }

  @Override
  public boolean next() {
    checkOpen();
    if (walk == null) {
      return false;
    }
    if (pagePending) {
      skipPage();
    }
    if (!pages.hasNext()) {
      if (!walk.next()) {
        return false;
      }
      pages.begin(walk);
    }
    pagePending = true;
    return true;
  }

  private void skipPage() {
    if (skipped == null) {
      skipped = new BinaryOutput();
    }
    skipped.reset();
    pages.write(skipped);
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

  @Override
  public int writeFollowing(BinaryOutput out, int bytesMax) {
    return pagePending || pages.hasNext() ? 0 : current().writeFollowing(out, bytesMax);
  }

  private EntryWalk<K, N, V> current() {
    return requireNonNull(walk, "the cursor is not on an entry");
  }

  private void checkOpen() {
    if (closed) {
      throw new StateClosedException("the cursor is closed");
    }
    if (image.isClosed()) {
      close();
      throw new StateClosedException("the image is closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      image.cursorClosed(table, form);
    }
  }
}
