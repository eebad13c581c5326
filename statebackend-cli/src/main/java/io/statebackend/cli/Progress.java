// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import java.util.function.LongSupplier;

/** Tells on a terminal how far a command is, from the second on that it takes. Not thread-safe. */
final class Progress implements AutoCloseable {
  private static final long FIRST_NANOS = 1_000_000_000L;
  private static final long EVERY_NANOS = 200_000_000L;

  private final Console console;
  private final String what;
  private final long total;
  private final LongSupplier nanoTime;
  private final long start;

  private long nextShown;
  private int shownLength;

  /**
   * Begins.
   *
   * @param what what is done, such as {@code reading}
   * @param total how much there is to do, or 0 if that is not known
   * @param nanoTime tells the time
   */
  Progress(Console console, String what, long total, LongSupplier nanoTime) {
    this.console = console;
    this.what = what;
    this.total = total;
    this.nanoTime = nanoTime;
    this.start = nanoTime.getAsLong();
    this.nextShown = FIRST_NANOS;
  }

  /** Tells how much is done, in bytes if {@code isBytes}, else in rows. */
  void done(long done, boolean isBytes) {
    if (!console.showsProgress()) {
      return;
    }
    long elapsed = nanoTime.getAsLong() - start;
    if (elapsed < nextShown) {
      return;
    }
    nextShown = elapsed + EVERY_NANOS;
    String amount = isBytes ? Console.size(done) : Console.count(done) + " rows";
    String text =
        total > 0
            ? "%s: %s of %s (%d %%)"
                .formatted(
                    what,
                    amount,
                    isBytes ? Console.size(total) : Console.count(total),
                    done * 100 / total)
            : "%s: %s".formatted(what, amount);
    show(text);
  }

  private void show(String text) {
    String blanks = " ".repeat(Math.max(0, shownLength - text.length()));
    console.err().print("\r" + text + blanks);
    console.err().flush();
    shownLength = text.length();
  }

  /** Wipes the line. */
  @Override
  public void close() {
    if (shownLength > 0) {
      show("");
      console.err().print("\r");
      console.err().flush();
      shownLength = 0;
    }
  }
}
