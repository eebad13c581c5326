// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a crash leaves of the changes that were not synced.
 *
 * <p>Not synced is what was written to a file since it was last forced, and what was created,
 * renamed or deleted in a directory since that was. A rename is one change: it is left or not.
 */
public final class Unsynced {
  private static final Unsynced KEPT = new Unsynced(true, null);
  private static final Unsynced DROPPED = new Unsynced(false, null);

  private final boolean keeps;
  private final @Nullable SplittableRandom random;

  private Unsynced(boolean keeps, @Nullable SplittableRandom random) {
    this.keeps = keeps;
    this.random = random;
  }

  /** What becomes of one change. */
  enum Fate {
    KEPT,
    DROPPED,
    /** Of a write a part is left. */
    TORN,
    /** Of a write the file's length is left, not the bytes. */
    LENGTH_ONLY
  }

  /**
   * Keeps everything, as when all was written by chance. Compare {@link FaultFileSystem#kill()}.
   *
   * @return the rule
   */
  public static Unsynced kept() {
    return KEPT;
  }

  /**
   * Drops everything.
   *
   * @return the rule
   */
  public static Unsynced dropped() {
    return DROPPED;
  }

  /**
   * Decides about each change on its own: writes are kept, dropped, torn, or leave zeros, changes
   * of directories are kept or dropped, in whatever order they were made.
   *
   * @param seed the same seed and changes make the same decisions
   * @return the rule, to be used once
   */
  public static Unsynced random(long seed) {
    return new Unsynced(false, new SplittableRandom(seed));
  }

  boolean keepsAll() {
    return keeps;
  }

  Fate ofWrite() {
    return random == null ? ofAll() : Fate.values()[random.nextInt(Fate.values().length)];
  }

  Fate ofDirectoryChange() {
    return random == null ? ofAll() : random.nextBoolean() ? Fate.KEPT : Fate.DROPPED;
  }

  private Fate ofAll() {
    return keeps ? Fate.KEPT : Fate.DROPPED;
  }

  /** Returns a number below a bound, where a write is torn. */
  int cut(int bound) {
    return random == null ? 0 : random.nextInt(bound);
  }
}
