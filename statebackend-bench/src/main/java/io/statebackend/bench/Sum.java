// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/**
 * Adds up what iterations give, so that each element is read.
 *
 * @param <V> the type of the values
 */
final class Sum<V> {
  private final Entries<?, V> entries;
  long total;
  private long count;

  Sum(Entries<?, V> entries) {
    this.entries = entries;
  }

  void add(V value) {
    total += entries.read(value);
    count++;
  }

  void add(Long userKey, V value) {
    total += userKey;
    add(value);
  }

  void check(long expected) {
    if (count != expected) {
      throw new IllegalStateException(
          "wrong number of elements: expected=%d, actual=%d".formatted(expected, count));
    }
  }
}
