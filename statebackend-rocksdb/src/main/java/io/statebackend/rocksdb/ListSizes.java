// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Ensures that no list exceeds the limit, without reading lists when elements are added.
 *
 * <p>At first, the sum of everything that was added to all lists bounds each of them. Beyond half
 * of the limit, the sum for the lists of a slot does. Only if that exceeds the limit too, the
 * length of a list is read once, and then updated. Removals are not known, so the bounds only grow.
 * That costs reads in the end, but never gives a wrong answer. Only the owner uses it.
 */
final class ListSizes {
  private static final int SLOTS = 1 << 12;
  private static final int EXACT_MAX = 1 << 14;

  private final long limit;
  private long total;

  /** The bounds by hash of the key; empty while the total is a bound that suffices. */
  private long[] bounds = {};

  /** The lengths of lists in slots beyond the limit, the last used. */
  private final Map<ByteBuffer, Long> exact =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Long> eldest) {
          return size() > EXACT_MAX;
        }
      };

  /** Asks the database. */
  interface LengthLookup {
    long lengthOf(byte[] key, int keyLength);
  }

  ListSizes(long limit) {
    this.limit = limit;
  }

  /**
   * Adds to a list.
   *
   * @param length the bytes that are to be added, separator included
   * @return upper bound of the list's length after the addition; if that is beyond the limit,
   *     nothing was noted
   */
  long add(byte[] key, int keyLength, long length, LengthLookup lookup) {
    if (bounds.length == 0) {
      if (total + length <= limit / 2) {
        total += length;
        return total;
      }
      bounds = new long[SLOTS];
      Arrays.fill(bounds, total);
    }
    int slot = slot(key, keyLength);
    if (bounds[slot] + length <= limit) {
      bounds[slot] += length;
      return bounds[slot];
    }
    ByteBuffer own = ByteBuffer.wrap(Arrays.copyOf(key, keyLength));
    Long known = exact.get(own);
    long newLength = (known == null ? lookup.lengthOf(key, keyLength) : known) + length;
    if (newLength <= limit) {
      exact.put(own, newLength);
    }
    return newLength;
  }

  /** Notes that a list was replaced by one of a length that is within the limit. */
  void replace(byte[] key, int keyLength, long length) {
    clear(key, keyLength);
    if (bounds.length == 0) {
      total += length;
    } else {
      bounds[slot(key, keyLength)] += length;
    }
  }

  private static int slot(byte[] key, int keyLength) {
    int hash = 1;
    for (int i = 0; i < keyLength; i++) {
      hash = 31 * hash + key[i];
    }
    return (hash ^ hash >>> 15) & (SLOTS - 1);
  }

  /** Notes that a list is gone. */
  void clear(byte[] key, int keyLength) {
    if (!exact.isEmpty()) {
      exact.remove(ByteBuffer.wrap(key, 0, keyLength));
    }
  }

  /** Returns an upper bound for the length of every list. */
  long bound() {
    return bounds.length == 0 ? total : Math.min(limit, Arrays.stream(bounds).max().orElse(0));
  }

  /** Begins with lists of which none is longer than a bound. */
  void restore(long bound) {
    if (bound <= limit / 2) {
      total = bound;
    } else {
      bounds = new long[SLOTS];
      Arrays.fill(bounds, bound);
    }
  }
}
