// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/**
 * Decides to which page a hash belongs, so that each additional page takes entries from only one
 * other page (Litwin, "Linear hashing", VLDB 1980).
 */
final class LinearHashing {
  private LinearHashing() {}

  /** Returns the page of a hash: its last bits, as many as {@link #bits} tells. */
  static int page(long hash, int pageCount) {
    return (int) (hash & (1L << bits(hash, pageCount)) - 1);
  }

  /** Returns how many bits the hashes of a page share. */
  static int bits(long hash, int pageCount) {
    int level = level(pageCount);
    int unsplit = (int) hash & (1 << level) - 1;
    return unsplit < pageCount - (1 << level) ? level + 1 : level;
  }

  /** Returns the page that is divided with the next page. */
  static int nextSplit(int pageCount) {
    return pageCount - (1 << level(pageCount));
  }

  private static int level(int pageCount) {
    return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(pageCount);
  }
}
