// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.util.Arrays;

/**
 * Tells of each chunk of a cache whether it may have entries of a key, whatever their namespaces or
 * user keys: so the entries of one key are found without a look at all others. A Bloom filter for
 * each chunk that has entries of tables with namespaces or of maps; it says yes for one chunk in
 * some hundred that has nothing of the key.
 *
 * <p>A filter takes a 32nd of what its chunk does, out of the same budget. Where there is no memory
 * for it, the answer is yes.
 */
final class KeyFilter {
  /** Bits that a key sets. */
  private static final int BITS_PER_KEY = 3;

  private static final int CHUNK_SHARE = 32;

  /** The filter of a chunk that has nothing of such tables. */
  private static final long[] NOTHING = {};

  /** The filter of a chunk that may have everything. */
  private static final long[] UNKNOWN = {};

  private final CacheBudget.Account account;
  private final int wordCount;

  /** By chunk. */
  private final long[][] filters;

  KeyFilter(CacheBudget.Account account, int chunkCountMax, int chunkBytes) {
    this.account = account;
    this.wordCount = Math.max(1, chunkBytes / CHUNK_SHARE / Long.BYTES);
    this.filters = new long[chunkCountMax][];
    Arrays.fill(filters, NOTHING);
  }

  /** Notes that a chunk has no entries. */
  void clear(int chunk) {
    long[] filter = filters[chunk];
    if (filter == UNKNOWN) {
      filters[chunk] = NOTHING;
    } else {
      Arrays.fill(filter, 0);
    }
  }

  /** Gives back what a chunk takes that is gone. */
  void drop(int chunk) {
    long[] filter = filters[chunk];
    if (filter != UNKNOWN && filter != NOTHING) {
      account.giveBack(sizeBytes());
    }
    filters[chunk] = NOTHING;
  }

  private long sizeBytes() {
    return (long) wordCount * Long.BYTES;
  }

  /** Notes an entry. */
  void add(int chunk, Column column, byte[] key, int keyAt) {
    int end = column.trackedKeyEnd(key, keyAt);
    long[] filter = filters[chunk];
    if (end < 0 || filter == UNKNOWN) {
      return;
    }
    if (filter == NOTHING) {
      if (!account.take(sizeBytes())) {
        filters[chunk] = UNKNOWN;
        return;
      }
      filter = new long[wordCount];
      filters[chunk] = filter;
    }
    long hash = hash(column, key, keyAt, end);
    for (int i = 0; i < BITS_PER_KEY; i++) {
      int bit = bit(hash, i);
      filter[bit >>> 6] |= 1L << bit;
    }
  }

  /**
   * Returns what a key is asked for by.
   *
   * @param prefix what its entries begin with: nothing, or the key and perhaps more
   * @return its hash, or 0 for all keys
   */
  static long hashOf(Column column, byte[] prefix, int prefixLength) {
    if (prefixLength <= column.keyGroupPrefixLength()) {
      return 0;
    }
    int end = column.trackedKeyEnd(prefix, 0);
    return end < 0 || end > prefixLength ? 0 : hash(column, prefix, 0, end);
  }

  /** Tells whether a chunk may have entries of a key. */
  boolean mayHave(int chunk, long hash) {
    long[] filter = filters[chunk];
    if (hash == 0 || filter == UNKNOWN) {
      return true;
    }
    if (filter == NOTHING) {
      return false;
    }
    for (int i = 0; i < BITS_PER_KEY; i++) {
      int bit = bit(hash, i);
      if ((filter[bit >>> 6] & (1L << bit)) == 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns the place of one of the bits of a key: each is told by other bits of the hash. */
  private int bit(long hash, int number) {
    int part = (int) (hash >>> (20 * number)) & 0xfffff;
    return (int) (((long) part * wordCount * Long.SIZE) >>> 20);
  }

  private static long hash(Column column, byte[] key, int from, int end) {
    long hash = column.id() * 0x9e3779b97f4a7c15L + end - from;
    for (int i = from; i < end; i++) {
      hash = (hash ^ key[i]) * 0x94d049bb133111ebL;
      hash ^= hash >>> 32;
    }
    hash = (hash ^ hash >>> 29) * 0xbf58476d1ce4e5b9L;
    hash ^= hash >>> 32;
    return hash == 0 ? 1 : hash;
  }
}
