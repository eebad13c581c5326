// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.ExpiryFigures;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.StoreSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks through all state with a time to live, in passes of small steps, and removes what has
 * expired: in passing, a bounded share with each write to such state, and when the program asks for
 * it. For the owner alone.
 *
 * @param <K> the type of the keys
 */
final class ExpirySweep<K> {
  /** How many writes there are to a step in passing, a power of two. */
  private static final int WRITES_PER_STEP = 64;

  /** What a step in passing looks at: for each write two, so that it keeps up with new ones. */
  private static final int STEP_BUDGET = 2 * WRITES_PER_STEP;

  /** What it costs to come to the next key group, in entries looked at. */
  private static final int KEY_GROUP_COST = 1;

  /**
   * Writes search a table this number of times within its time to live. So an expired entry is
   * stored for at most an eighth of that time longer, if there are enough writes.
   */
  private static final int PASSES_PER_LIFE = 8;

  /**
   * The minimum number of writes between two passes of writes: a pass may take an image, which must
   * not be taken again and again if time advances fast.
   */
  private static final int WRITES_BETWEEN_PASSES = 1024;

  /** A table, and the time by its clock at which it was last begun to be looked through. */
  private static final class Swept<K> {
    private final TtlTable<K, ?> table;
    private long begun = TtlClock.NO_TIME;

    Swept(TtlTable<K, ?> table) {
      this.table = table;
    }

    boolean isDue(long now) {
      long pause = table.lifetime().ttl().millis() / PASSES_PER_LIFE;
      return begun == TtlClock.NO_TIME ? now != TtlClock.NO_TIME : now - begun >= pause;
    }
  }

  private final KeyedStore<K> store;
  private final StoreSpec<K> spec;
  private final KeyContext<K> key;
  private final List<Swept<K>> tables = new ArrayList<>();
  private int writeCount;

  /** What it was when the last pass ended. */
  private int writesAtEnd;

  /** How many functions are being given a value that they may change where it is. */
  private int updateDepth;

  /** The table that is walked over, as an index, and the walk; null between two tables. */
  private int current;

  private @Nullable TableWalk walk;

  /** Whether the pass that is under way is one that the program asked for: all tables are due. */
  private boolean isAskedFor;

  /** Whether the pass has come to a table that was due. */
  private boolean hasWalked;

  private long visited;
  private long removed;
  private long removedBytes;
  private long passes;

  ExpirySweep(KeyedStore<K> store, StoreSpec<K> spec) {
    this.store = store;
    this.spec = spec;
    this.key = new KeyContext<>(spec.keySerializer(), spec.maxParallelism());
  }

  void add(TtlTable<K, ?> table) {
    tables.add(new Swept<>(table));
  }

  TypeSerializer<K> keySerializer() {
    return spec.keySerializer();
  }

  K deserializeKey(BinaryInput in) {
    return spec.keySerializer().deserialize(in);
  }

  /** Does the share of a write. */
  void share() {
    writeCount++;
    if ((writeCount & (WRITES_PER_STEP - 1)) == 0 && updateDepth == 0) {
      boolean isUnderWay = walk != null || current > 0 || isAskedFor;
      if (isUnderWay || writeCount - writesAtEnd >= WRITES_BETWEEN_PASSES) {
        isAskedFor &= step(STEP_BUDGET);
      }
    }
  }

  /** Removes nothing from now on, until {@link #endUpdate}: a value is being changed in place. */
  void beginUpdate() {
    updateDepth++;
  }

  void endUpdate() {
    updateDepth--;
  }

  /**
   * Does a step of a pass that the program asks for, which begins with the first of a row of calls.
   *
   * @return whether the pass is under way still
   */
  boolean maintain(int budget) {
    if (updateDepth > 0) {
      throw new IllegalStateException(
          "the function that changes a value must not use state with a time to live");
    }
    if (!isAskedFor) {
      restart();
      isAskedFor = true;
    }
    if (step(budget)) {
      return true;
    }
    isAskedFor = false;
    return false;
  }

  private void restart() {
    endWalk();
    current = 0;
  }

  /** Goes on by as much as is asked for; returns whether the pass is under way still. */
  private boolean step(int budget) {
    int rest = budget;
    while (rest > 0) {
      TableWalk open = walk;
      if (open == null) {
        if (current == tables.size()) {
          current = 0;
          passes += hasWalked ? 1 : 0;
          hasWalked = false;
          writesAtEnd = writeCount;
          return false;
        }
        open = begin(tables.get(current));
        if (open == null) {
          current++;
          continue;
        }
        walk = open;
        hasWalked = true;
      }
      TtlTable<K, ?> table = tables.get(current).table;
      switch (open.step()) {
        case ENTRY -> {
          int count = table.visit(open.entry(), open.keyGroup(), key, table.now());
          visited += count;
          rest -= count;
        }
        case KEY_GROUP -> rest -= KEY_GROUP_COST;
        case END -> {
          walk = null;
          current++;
        }
      }
    }
    return true;
  }

  private @Nullable TableWalk begin(Swept<K> swept) {
    long now = swept.table.now();
    if (!isAskedFor && !swept.isDue(now)) {
      return null;
    }
    swept.begun = now;
    return new TableWalk(
        store,
        swept.table.timed(),
        swept.table.name(),
        spec.keyGroups().first(),
        spec.keyGroups().last());
  }

  void removed(int count, long bytes) {
    removed += count;
    removedBytes += bytes;
  }

  ExpiryFigures figures() {
    return new ExpiryFigures(visited, removed, removedBytes, passes);
  }

  private void endWalk() {
    TableWalk open = walk;
    walk = null;
    if (open != null) {
      open.close();
    }
  }

  /** Ends the pass that is under way. */
  void close() {
    endWalk();
    tables.clear();
    current = 0;
  }
}
