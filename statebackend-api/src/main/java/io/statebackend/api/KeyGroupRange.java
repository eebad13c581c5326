// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * A contiguous range of key groups, both ends included.
 *
 * <p>A key group is the unit of rescaling: every key belongs to one of {@code maxParallelism} key
 * groups forever, and each of {@code parallelism} subtasks owns one contiguous range of them.
 *
 * @param first the first key group, 0 or more
 * @param last the last key group, {@code first} or more
 */
public record KeyGroupRange(int first, int last) {

  /** The largest legal number of key groups. */
  public static final int MAX_PARALLELISM_LIMIT = 1 << 15;

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if {@code first} is negative or {@code last} is before it
   */
  public KeyGroupRange {
    if (first < 0 || last < first) {
      throw new IllegalArgumentException(
          "not a key group range: first=" + first + ", last=" + last);
    }
  }

  /**
   * Returns the range that one subtask owns. The ranges of all subtasks are disjoint, cover every
   * key group, and differ in size by one at most.
   *
   * @param maxParallelism the number of key groups, 1 to {@link #MAX_PARALLELISM_LIMIT}
   * @param parallelism the number of subtasks, 1 to {@code maxParallelism}
   * @param subtask the index of the subtask, 0 to {@code parallelism - 1}
   * @return the subtask's range
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static KeyGroupRange ofSubtask(int maxParallelism, int parallelism, int subtask) {
    checkParallelism(maxParallelism, parallelism);
    if (subtask < 0 || subtask >= parallelism) {
      throw new IllegalArgumentException(
          "subtask out of range: subtask=" + subtask + ", parallelism=" + parallelism);
    }
    int first = (int) (((long) subtask * maxParallelism + parallelism - 1) / parallelism);
    int last = (int) (((long) (subtask + 1) * maxParallelism - 1) / parallelism);
    return new KeyGroupRange(first, last);
  }

  /**
   * Returns the subtask that owns a key group: the inverse of {@link #ofSubtask}.
   *
   * @param maxParallelism the number of key groups, 1 to {@link #MAX_PARALLELISM_LIMIT}
   * @param parallelism the number of subtasks, 1 to {@code maxParallelism}
   * @param keyGroup the key group, 0 to {@code maxParallelism - 1}
   * @return the index of the owning subtask
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static int subtaskOf(int maxParallelism, int parallelism, int keyGroup) {
    checkParallelism(maxParallelism, parallelism);
    if (keyGroup < 0 || keyGroup >= maxParallelism) {
      throw new IllegalArgumentException(
          "key group out of range: keyGroup=" + keyGroup + ", maxParallelism=" + maxParallelism);
    }
    return keyGroup * parallelism / maxParallelism;
  }

  private static void checkParallelism(int maxParallelism, int parallelism) {
    if (maxParallelism < 1 || maxParallelism > MAX_PARALLELISM_LIMIT) {
      throw new IllegalArgumentException(
          "maxParallelism must be 1 to "
              + MAX_PARALLELISM_LIMIT
              + ": maxParallelism="
              + maxParallelism);
    }
    if (parallelism < 1 || parallelism > maxParallelism) {
      throw new IllegalArgumentException(
          "parallelism must be 1 to maxParallelism: parallelism="
              + parallelism
              + ", maxParallelism="
              + maxParallelism);
    }
  }

  /**
   * Returns the number of key groups in the range.
   *
   * @return 1 or more
   */
  public int size() {
    return last - first + 1;
  }

  /**
   * Tells whether a key group lies in the range.
   *
   * @param keyGroup the key group; any number
   * @return {@code true} if it does
   */
  public boolean contains(int keyGroup) {
    return keyGroup >= first && keyGroup <= last;
  }

  /**
   * Tells whether two ranges share a key group.
   *
   * @param other the other range
   * @return {@code true} if they do
   */
  public boolean intersects(KeyGroupRange other) {
    return first <= other.last && other.first <= last;
  }

  @Override
  public String toString() {
    return first + ".." + last;
  }
}
