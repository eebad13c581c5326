// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

/**
 * How the blocks of a snapshot are compressed. A block that would not shrink is stored as it is.
 */
public enum Compression {
  /** No compression: the fastest choice if the storage is fast. */
  NONE(0),
  /** LZ4: fast; needs the optional library {@code at.yawk.lz4:lz4-java}. */
  LZ4(1);

  private final int id;

  Compression(int id) {
    this.id = id;
  }

  /**
   * Checks that the library that it needs is on the class path.
   *
   * @throws IllegalStateException if it is missing
   */
  public void requireAvailable() {
    if (this == LZ4) {
      Lz4 unused = loadLz4();
    }
  }

  /** Returns the number that stands for the compression in snapshots. */
  int id() {
    return id;
  }

  /** Tells whether a number stands for a compression. */
  static boolean isId(int id) {
    return id == NONE.id || id == LZ4.id;
  }

  /** Returns the compression of a number that {@link #isId} accepts. */
  static Compression ofId(int id) {
    return id == LZ4.id ? LZ4 : NONE;
  }

  /**
   * Finds the library for {@link #LZ4}.
   *
   * @throws IllegalStateException if it is not on the class path
   */
  static Lz4 loadLz4() {
    try {
      return new Lz4();
    } catch (NoClassDefFoundError e) {
      // Not caught in Lz4 itself, which without the library does not even pass verification.
      throw new IllegalStateException(
          "compression=LZ4 needs a library that is missing: add the Maven dependency"
              + " at.yawk.lz4:lz4-java",
          e);
    }
  }
}
