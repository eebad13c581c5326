// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.FreezePurpose;
import io.statebackend.api.spi.FrozenStore;
import io.statebackend.api.spi.KeyedStore;
import io.statebackend.api.spi.Table;
import org.jspecify.annotations.Nullable;

/**
 * Walks over the entries of some key groups of a table, as {@link Table#walk} promises; over an
 * image if the engine has no walk of its own. For the owner of the store.
 */
public final class TableWalk implements AutoCloseable {
  private final KeyedStore<?> store;
  private final Table<?, ?> table;
  private final String name;
  private final int lastKeyGroup;
  private int keyGroup;
  private @Nullable EntryCursor entries;

  /** Null unless it is needed. */
  private @Nullable FrozenStore image;

  private boolean hasEnded;

  /** Begins before the first entry. */
  public TableWalk(
      KeyedStore<?> store, Table<?, ?> table, String name, int firstKeyGroup, int lastKeyGroup) {
    this.store = store;
    this.table = table;
    this.name = name;
    this.keyGroup = firstKeyGroup;
    this.lastKeyGroup = lastKeyGroup;
  }

  /** Moves to the next entry, or to one key group further at most. */
  public enum Step {
    ENTRY,
    KEY_GROUP,
    END
  }

  /** Moves on; does not cost more than one entry. */
  public Step step() {
    if (hasEnded) {
      return Step.END;
    }
    EntryCursor current = entries;
    if (current == null) {
      current = open();
      entries = current;
    }
    if (current.next()) {
      return Step.ENTRY;
    }
    current.close();
    entries = null;
    if (keyGroup == lastKeyGroup) {
      close();
      return Step.END;
    }
    keyGroup++;
    return Step.KEY_GROUP;
  }

  /** Moves to the next entry, through as many key groups as it takes. */
  public boolean next() {
    Step step = step();
    while (step == Step.KEY_GROUP) {
      step = step();
    }
    return step == Step.ENTRY;
  }

  private EntryCursor open() {
    EntryCursor own = image == null ? table.walk(keyGroup) : null;
    if (own != null) {
      return own;
    }
    if (image == null) {
      image = store.freeze(FreezePurpose.READ);
    }
    return image.entries(name, keyGroup);
  }

  /** Returns the key group of the entry. */
  public int keyGroup() {
    return keyGroup;
  }

  /** Returns the cursor, which is on an entry. */
  public EntryCursor entry() {
    return requireNonNull(entries, "the walk is not on an entry");
  }

  @Override
  public void close() {
    hasEnded = true;
    EntryCursor current = entries;
    entries = null;
    FrozenStore taken = image;
    image = null;
    try {
      if (current != null) {
        current.close();
      }
    } finally {
      if (taken != null) {
        taken.close();
      }
    }
  }
}
