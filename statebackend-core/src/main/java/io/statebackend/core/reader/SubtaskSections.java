// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateKind;
import io.statebackend.api.spi.Closing;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.core.checkpoint.catalog.StoredCheckpoint;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.snapshot.SnapshotHeader;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.SnapshotWriter;
import io.statebackend.core.snapshot.StateMeta;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.state.CursorEntrySource;
import io.statebackend.core.timers.TimerCursor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What one subtask wrote, state by state within key group by key group, operator state first, as
 * portable snapshots have it; from native snapshots too. Not thread-safe.
 */
final class SubtaskSections implements AutoCloseable {
  private final SnapshotReader reader;
  private final @Nullable NativeImages images;
  private final List<Integer> wanted;
  private final int lastKeyGroup;

  private int keyGroup;
  private int nextWanted;
  private int stateIndex;

  /** Whether the native part of the current state and key group has been handed out. */
  private boolean isNativeDone = true;

  private @Nullable EntrySource entries;
  private @Nullable EntryCursor cursor;

  private SubtaskSections(
      SnapshotReader reader,
      @Nullable NativeImages images,
      List<Integer> wanted,
      int firstKeyGroup,
      int lastKeyGroup) {
    this.reader = reader;
    this.images = images;
    this.wanted = wanted;
    this.keyGroup = firstKeyGroup;
    this.lastKeyGroup = lastKeyGroup;
  }

  /**
   * Opens what a subtask wrote.
   *
   * @param states the states that are wanted, by name
   * @param keyGroups the key groups that are wanted, {@link StateEntry#NO_KEY_GROUP} for operator
   *     state among them
   */
  static SubtaskSections open(
      StoredCheckpoint checkpoint,
      String operatorId,
      SubtaskSnapshot subtask,
      Predicate<String> states,
      Groups keyGroups,
      WorkPlace place) {
    SnapshotReader reader = checkpoint.open(operatorId, subtask);
    try {
      SnapshotHeader header = reader.header();
      List<Integer> wanted = new ArrayList<>();
      boolean needsEngine = false;
      for (int i = 0; i < header.states().size(); i++) {
        if (states.test(header.states().get(i).name())) {
          wanted.add(i);
          needsEngine |= header.states().get(i).kind().isKeyed();
        }
      }
      int first =
          keyGroups.first() == StateEntry.NO_KEY_GROUP
              ? StateEntry.NO_KEY_GROUP
              : Math.max(keyGroups.first(), header.keyGroups().first());
      int last = Math.min(keyGroups.last(), header.keyGroups().last());
      NativeSnapshot snapshot = subtask.nativeSnapshot();
      NativeImages images =
          snapshot == null || !needsEngine || last < header.keyGroups().first()
              ? null
              : NativeImages.open(checkpoint, header, snapshot, place);
      return new SubtaskSections(reader, images, wanted, first, last);
    } catch (Throwable e) {
      Closing.allAfter(e, List.of(reader::close));
      throw e;
    }
  }

  /**
   * Key groups in a row.
   *
   * @param first the first, or {@link StateEntry#NO_KEY_GROUP} for operator state
   * @param last the last, included
   */
  record Groups(int first, int last) {
    static final Groups ALL = new Groups(StateEntry.NO_KEY_GROUP, Integer.MAX_VALUE);
  }

  /** Moves to the next state and key group that may have entries. */
  boolean next() {
    closeCursor();
    while (keyGroup <= lastKeyGroup) {
      if (!isNativeDone) {
        isNativeDone = true;
        if (openNative()) {
          return true;
        }
      }
      if (nextWanted == wanted.size()) {
        nextWanted = 0;
        keyGroup =
            keyGroup == SnapshotWriter.OPERATOR_STATE
                ? reader.header().keyGroups().first()
                : keyGroup + 1;
        continue;
      }
      stateIndex = wanted.get(nextWanted++);
      isNativeDone = !meta().kind().isKeyed() || keyGroup == SnapshotWriter.OPERATOR_STATE;
      if (reader.entryCount(stateIndex, keyGroup) > 0) {
        entries = reader.entries(stateIndex, keyGroup);
        return true;
      }
    }
    return false;
  }

  private boolean openNative() {
    EntryCursor stored = images == null ? null : images.entries(meta().name(), keyGroup);
    if (stored == null) {
      return false;
    }
    cursor =
        meta().kind() == StateKind.TIMERS ? new TimerCursor(stored, reader.header().key()) : stored;
    entries = new CursorEntrySource(cursor);
    return true;
  }

  /** Returns the entries of the current state and key group. */
  EntrySource entries() {
    return requireNonNull(entries, "next() comes first");
  }

  StateMeta meta() {
    return reader.header().states().get(stateIndex);
  }

  int stateIndex() {
    return stateIndex;
  }

  int keyGroup() {
    return keyGroup;
  }

  SnapshotHeader header() {
    return reader.header();
  }

  String file() {
    return reader.file();
  }

  private void closeCursor() {
    EntryCursor open = cursor;
    cursor = null;
    entries = null;
    if (open != null) {
      open.close();
    }
  }

  /** Closes the files. Closing twice does nothing. */
  @Override
  public void close() {
    List<Runnable> closes = new ArrayList<>(List.of(this::closeCursor, reader::close));
    if (images != null) {
      closes.add(images::close);
    }
    Closing.all(closes);
  }
}
