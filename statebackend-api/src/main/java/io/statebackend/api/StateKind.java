// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/** The kind of a state, as stored in snapshots. A state keeps its kind forever. */
public enum StateKind {
  /** One value per key and namespace. */
  VALUE(1),
  /** A list per key and namespace. */
  LIST(2),
  /** A map per key and namespace. */
  MAP(3),
  /** One value per key and namespace, into which added values are reduced. */
  REDUCING(4),
  /** One accumulator per key and namespace, into which added values are aggregated. */
  AGGREGATING(5),
  /** Operator state: a list whose elements are divided among the subtasks on restore. */
  SPLIT_LIST(6),
  /** Operator state: a list that every subtask gets whole on restore. */
  UNION_LIST(7),
  /** Operator state: a map that is the same in every subtask. */
  BROADCAST_MAP(8),
  /** Timers: points in time per key and namespace. */
  TIMERS(9);

  private final int id;

  StateKind(int id) {
    this.id = id;
  }

  /**
   * Returns the number that stands for the kind in snapshots.
   *
   * @return 1 or more, never reused
   */
  public int id() {
    return id;
  }

  /**
   * Returns the kind that a number stands for.
   *
   * @param id the number
   * @return the kind
   * @throws CorruptStateException if no kind has the number
   */
  public static StateKind ofId(int id) {
    for (StateKind kind : values()) {
      if (kind.id == id) {
        return kind;
      }
    }
    throw new CorruptStateException("unknown kind of state: expected=1 to 9, actual=" + id);
  }

  /**
   * Tells whether the kind is keyed state.
   *
   * @return {@code true} for keyed state, {@code false} for operator state
   */
  public boolean isKeyed() {
    return id <= AGGREGATING.id || this == TIMERS;
  }
}
