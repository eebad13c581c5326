// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.cli.RowTable.Change;
import io.statebackend.cli.RowTable.Hashes;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StateEntries;
import io.statebackend.core.reader.StateEntry;
import io.statebackend.core.reader.StateSerializers;
import io.statebackend.core.reader.StoredState;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares a state in two checkpoints, row by row.
 *
 * <p>Entries have an order of key groups in both, and none within: so the rows of one key group of
 * the earlier checkpoint are put into a table, and those of the later one are looked up. Where a
 * key group has more rows than the table has room for, it is read several times, each time a part
 * of the rows; so is everything at once if the checkpoints have other key groups. Not thread-safe.
 */
final class StateDiff {
  private static final int ANY_GROUP = 0;

  private final CheckpointReader before;
  private final CheckpointReader after;
  private final StoredState stateBefore;
  private final StoredState stateAfter;
  private final boolean haveSameGroups;
  private final RowTable table;
  private final Listener listener;

  private long added;
  private long removed;
  private long changed;
  private long same;

  /** Told of each difference. */
  interface Listener {
    /**
     * Told of a row that is different.
     *
     * @param row the later row, or the earlier one if it was removed
     */
    void differs(Change change, Map<String, @Nullable Object> row);

    /** Tells whether rows that were removed are to be told one by one, which takes more reading. */
    boolean wantsRemoved();

    /** Told of each row that was read. */
    void read();
  }

  StateDiff(
      CheckpointReader before,
      StoredState stateBefore,
      CheckpointReader after,
      StoredState stateAfter,
      boolean haveSameGroups,
      RowTable table,
      Listener listener) {
    this.before = before;
    this.after = after;
    this.stateBefore = stateBefore;
    this.stateAfter = stateAfter;
    this.haveSameGroups = haveSameGroups;
    this.table = table;
    this.listener = listener;
  }

  long added() {
    return added;
  }

  long removed() {
    return removed;
  }

  long changed() {
    return changed;
  }

  long same() {
    return same;
  }

  /** Rows in order, of which the next one can be looked at. */
  private final class Cursor implements AutoCloseable {
    private final StateEntries entries;
    private @Nullable StateEntry next;

    Cursor(CheckpointReader reader, StoredState state) {
      this.entries = reader.entries(state);
      this.next = entries.next();
    }

    int group() {
      return next == null ? Integer.MAX_VALUE : groupOf(next);
    }

    Map<String, @Nullable Object> take() {
      StateEntry taken = next;
      if (taken == null) {
        throw new IllegalStateException("no row is left");
      }
      next = entries.next();
      listener.read();
      return Rows.of(taken);
    }

    @Override
    public void close() {
      entries.close();
    }
  }

  private int groupOf(StateEntry entry) {
    return haveSameGroups ? entry.keyGroup() : ANY_GROUP;
  }

  void run() {
    try (Cursor earlier = new Cursor(before, stateBefore);
        Cursor later = new Cursor(after, stateAfter)) {
      while (true) {
        int group = Math.min(earlier.group(), later.group());
        if (group == Integer.MAX_VALUE) {
          return;
        }
        table.clear();
        boolean fits = true;
        while (earlier.group() == group) {
          Map<String, @Nullable Object> row = earlier.take();
          fits = fits && table.add(hashes(row));
        }
        if (fits) {
          while (later.group() == group) {
            compare(later.take());
          }
          endPass(group, 1, 0);
        } else {
          while (later.group() == group) {
            Map<String, @Nullable Object> unused = later.take();
          }
          runInPasses(group);
        }
      }
    }
  }

  private static Hashes hashes(Map<String, @Nullable Object> row) {
    return Hashes.of(Rows.identity(row), Json.text(row.get("value")));
  }

  private void compare(Map<String, @Nullable Object> row) {
    Change change = table.compare(hashes(row));
    switch (change) {
      case ADDED -> added++;
      case CHANGED -> changed++;
      case REMOVED, SAME -> same++;
    }
    if (change != Change.SAME) {
      listener.differs(change, row);
    }
  }

  /** Counts what was removed, and tells it one by one if that is wanted. */
  private void endPass(int group, int passes, int pass) {
    int count = table.removedCount();
    removed += count;
    if (count > 0 && listener.wantsRemoved()) {
      try (StateEntries entries = entries(before, stateBefore, group)) {
        for (StateEntry entry = entries.next(); entry != null; entry = entries.next()) {
          Map<String, @Nullable Object> row = Rows.of(entry);
          Hashes hashes = hashes(row);
          if (hashes.pass(passes) == pass && table.isRemoved(hashes)) {
            listener.differs(Change.REMOVED, row);
          }
        }
      }
    }
  }

  private void runInPasses(int group) {
    int passes = passesNeeded(group);
    for (int pass = 0; pass < passes; pass++) {
      table.clear();
      try (StateEntries entries = entries(before, stateBefore, group)) {
        for (StateEntry entry = entries.next(); entry != null; entry = entries.next()) {
          Hashes hashes = hashes(Rows.of(entry));
          if (hashes.pass(passes) == pass && !table.add(hashes)) {
            throw new IllegalStateException("rows were counted wrong: passes=" + passes);
          }
        }
      }
      try (StateEntries entries = entries(after, stateAfter, group)) {
        for (StateEntry entry = entries.next(); entry != null; entry = entries.next()) {
          Map<String, @Nullable Object> row = Rows.of(entry);
          if (hashes(row).pass(passes) == pass) {
            compare(row);
          }
        }
      }
      endPass(group, passes, pass);
    }
  }

  /** Counts the rows of each pass for twice as many passes each time, until all fit. */
  private int passesNeeded(int group) {
    for (int passes = 2; ; passes *= 2) {
      long[] counts = new long[passes];
      try (StateEntries entries = entries(before, stateBefore, group)) {
        for (StateEntry entry = entries.next(); entry != null; entry = entries.next()) {
          counts[hashes(Rows.of(entry)).pass(passes)]++;
        }
      }
      boolean fits = true;
      for (long count : counts) {
        fits &= count <= table.rowsMax();
      }
      if (fits) {
        return passes;
      }
    }
  }

  private StateEntries entries(CheckpointReader reader, StoredState state, int group) {
    return haveSameGroups
        ? reader.entries(state, StateSerializers.OF_SCHEMA, group)
        : reader.entries(state);
  }

  /** Returns what was found, as a tree. */
  Map<String, @Nullable Object> tree() {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("operator", stateAfter.operatorId());
    tree.put("state", stateAfter.name());
    tree.put("added", added);
    tree.put("removed", removed);
    tree.put("changed", changed);
    tree.put("same", same);
    return tree;
  }
}
