// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

/**
 * Which way records take from one part of a job to the next, while the job is being described.
 * Taken from {@link Records}.
 *
 * @param <T> the type of the records
 */
public final class Route<T> {
  /** What a selector answers for a record that goes to all subtasks. */
  static final int ALL = -1;

  /** Chooses the subtask that gets a record. Belongs to one thread. */
  @FunctionalInterface
  interface Selector<T> {
    /** Returns the index of a subtask, or {@link #ALL}. */
    int select(T record);
  }

  /** Makes a selector for each thread that sends. */
  @FunctionalInterface
  interface SelectorFactory<T> {
    Selector<T> create(int maxParallelism, int parallelism);
  }

  private final Part from;
  private final SelectorFactory<T> selectors;

  Route(Part from, SelectorFactory<T> selectors) {
    this.from = from;
    this.selectors = selectors;
  }

  Part from() {
    return from;
  }

  /** Makes the selector of one sender. What it gets are records of this route's type. */
  @SuppressWarnings("unchecked")
  Selector<Object> selector(int maxParallelism, int parallelism) {
    return (Selector<Object>) selectors.create(maxParallelism, parallelism);
  }
}
