// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.snapshot.SnapshotFile;
import io.statebackend.core.snapshot.SnapshotHeader;
import io.statebackend.core.snapshot.SnapshotWriter;
import io.statebackend.core.snapshot.StateMeta;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the snapshots of one operator anew, changed as a {@link SavepointCopy} says. */
final class OperatorCopy implements AutoCloseable {
  private final CheckpointReader reader;
  private final StoredOperator operator;
  private final int maxParallelism;
  private final Compression compression;
  private final Set<String> droppedStates;
  private final List<KeyEdit> edits;

  /** All entries by their new key groups, or {@code null} if key groups stay. */
  private @Nullable SpreadEntries spread;

  OperatorCopy(
      CheckpointReader reader,
      StoredOperator operator,
      int maxParallelism,
      Compression compression,
      Set<String> droppedStates,
      List<KeyEdit> edits) {
    this.reader = reader;
    this.operator = operator;
    this.maxParallelism = maxParallelism;
    this.compression = compression;
    this.droppedStates = droppedStates;
    this.edits = edits;
  }

  private boolean isRescaled() {
    return maxParallelism != operator.maxParallelism();
  }

  /** Returns the key groups of a subtask in the copy. */
  KeyGroupRange keyGroups(StoredSubtask subtask) {
    return isRescaled()
        ? KeyGroupRange.ofSubtask(maxParallelism, operator.parallelism(), subtask.index())
        : subtask.keyGroups();
  }

  /**
   * Writes the snapshot of a subtask.
   *
   * @param out where to; owned from now on
   */
  SnapshotFile write(StoredSubtask subtask, StorageOutput out) {
    try (SubtaskSections sections = reader.sections(operator, subtask, this::isKept)) {
      List<StateMeta> states = new ArrayList<>();
      if (isRescaled()) {
        operator.states().stream()
            .map(StoredState::meta)
            .filter(meta -> isKept(meta.name()))
            .forEach(states::add);
      } else {
        sections.header().states().stream()
            .filter(meta -> isKept(meta.name()))
            .forEach(states::add);
        addMissingStates(states);
      }
      SnapshotHeader old = sections.header();
      SnapshotHeader header =
          new SnapshotHeader(
              old.checkpointId(),
              old.operatorId(),
              old.subtask(),
              old.parallelism(),
              maxParallelism,
              keyGroups(subtask),
              operator.key(),
              compression,
              states,
              old.eventTime());
      try (SnapshotWriter writer = SnapshotWriter.open(out, header)) {
        Places places = new Places(states);
        if (isRescaled()) {
          copyOperatorState(sections, writer, places);
          spread().write(keyGroups(subtask), writer, places);
        } else {
          copy(sections, writer, places, editsOf(keyGroups(subtask), places));
        }
        return writer.finish();
      }
    } catch (Throwable e) {
      out.close();
      throw e;
    }
  }

  /** Where the states stand in the new header. */
  static final class Places {
    private final Map<String, Integer> indexes = new java.util.HashMap<>();

    Places(List<StateMeta> states) {
      for (int i = 0; i < states.size(); i++) {
        indexes.put(states.get(i).name(), i);
      }
    }

    int of(String state) {
      return indexes.getOrDefault(state, -1);
    }
  }

  private boolean isKept(String state) {
    return !droppedStates.contains(state);
  }

  /** A state that an edit sets may be unknown to the subtask that gets the key. */
  private void addMissingStates(List<StateMeta> states) {
    for (KeyEdit edit : edits) {
      boolean isThere = states.stream().anyMatch(meta -> meta.name().equals(edit.state()));
      if (!isThere && isKept(edit.state())) {
        operator.states().stream()
            .filter(state -> state.name().equals(edit.state()))
            .forEach(state -> states.add(state.meta()));
      }
    }
  }

  /** An edit and where it belongs. */
  private record Placed(KeyEdit edit, int keyGroup, int stateIndex) {
    long order() {
      return order(keyGroup, stateIndex);
    }

    static long order(int keyGroup, int stateIndex) {
      return ((long) keyGroup << Integer.SIZE) + stateIndex;
    }
  }

  private List<Placed> editsOf(KeyGroupRange range, Places places) {
    List<Placed> placed = new ArrayList<>();
    for (KeyEdit edit : edits) {
      int keyGroup = edit.keyGroup(maxParallelism);
      if (range.contains(keyGroup) && places.of(edit.state()) >= 0) {
        placed.add(new Placed(edit, keyGroup, places.of(edit.state())));
      }
    }
    placed.sort(Comparator.comparingLong(Placed::order));
    return placed;
  }

  private static void copy(
      SubtaskSections sections, SnapshotWriter writer, Places places, List<Placed> edits) {
    int nextEdit = 0;
    while (sections.next()) {
      int stateIndex = places.of(sections.meta().name());
      long order = Placed.order(sections.keyGroup(), stateIndex);
      while (nextEdit < edits.size() && edits.get(nextEdit).order() < order) {
        writeEdit(edits.get(nextEdit++), writer);
      }
      List<KeyEdit> here =
          edits.stream().filter(edit -> edit.order() == order).map(Placed::edit).toList();
      EntryCursor entries =
          new SourceCursor(
              sections.entries(), entry -> here.stream().noneMatch(edit -> edit.concerns(entry)));
      writer.write(stateIndex, sections.keyGroup(), entries);
    }
    while (nextEdit < edits.size()) {
      writeEdit(edits.get(nextEdit++), writer);
    }
  }

  private static void writeEdit(Placed placed, SnapshotWriter writer) {
    writer.write(placed.stateIndex(), placed.keyGroup(), placed.edit().entry());
  }

  private static void copyOperatorState(
      SubtaskSections sections, SnapshotWriter writer, Places places) {
    while (sections.next() && sections.keyGroup() == StateEntry.NO_KEY_GROUP) {
      writer.write(
          places.of(sections.meta().name()),
          StateEntry.NO_KEY_GROUP,
          new SourceCursor(sections.entries(), entry -> true));
    }
  }

  private SpreadEntries spread() {
    SpreadEntries made = spread;
    if (made == null) {
      made = SpreadEntries.of(reader, operator, maxParallelism, this::isKept, edits);
      spread = made;
    }
    return made;
  }

  @Override
  public void close() {
    if (spread != null) {
      spread.close();
    }
  }
}
