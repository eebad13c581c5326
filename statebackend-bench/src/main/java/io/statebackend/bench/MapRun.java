// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A stream of records against map state. All maps together have as many entries as {@link
 * Settings#keys} says.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class MapRun<K, V> implements AutoCloseable {
  static final int ENTRIES_PER_KEY = 10;

  /** Keeps user keys from being small numbers, whose objects the JVM shares. */
  private static final long SPREAD = 0xD1B54A32D192ED03L;

  private final Entries<K, V> entries;
  private final int keyCount;
  private final long[] userKeys;
  private final KeyCursor<K> keys;
  private final OpenSubject subject;
  private final MapSubject<K, V> state;

  /** The user key of the next record. */
  private int position;

  private long recordCount;

  private MapRun(Settings settings, Entries<K, V> entries) {
    this.entries = entries;
    this.keyCount = Math.max(1, settings.keys / ENTRIES_PER_KEY);
    int[] numbers = settings.distribution.numbers(keyCount * ENTRIES_PER_KEY);
    this.keys = entries.cursor(Arrays.stream(numbers).map(n -> n / ENTRIES_PER_KEY).toArray());
    this.userKeys = Arrays.stream(numbers).mapToLong(n -> userKey(n % ENTRIES_PER_KEY)).toArray();
    this.subject = OpenSubject.of(settings.backend, settings.keys);
    this.state = subject.states().map(entries);
  }

  /** Opens a backend that has all entries. */
  static MapRun<?, ?> filled(Settings settings) {
    MapRun<?, ?> run = new MapRun<>(settings, settings.type.entries());
    run.fill();
    return run;
  }

  private static long userKey(int number) {
    return (number + 1) * SPREAD;
  }

  private void fill() {
    for (int i = 0; i < ENTRIES_PER_KEY; i++) {
      for (int number = 0; number < keyCount; number++) {
        state.put(entries.key(number), userKey(i), entries.value(number));
      }
    }
  }

  private Long nextUserKey() {
    int current = position;
    position = current + 1 == userKeys.length ? 0 : current + 1;
    return userKeys[current];
  }

  long get(int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += entries.read(present(state.get(keys.next(), nextUserKey())));
    }
    return sum;
  }

  void put(int count) {
    for (int i = 0; i < count; i++) {
      state.put(keys.next(), nextUserKey(), entries.value(recordCount++));
    }
  }

  long contains(int count) {
    long found = 0;
    for (int i = 0; i < count; i++) {
      found += state.contains(keys.next(), nextUserKey()) ? 1 : 0;
    }
    if (found != count) {
      throw new IllegalStateException(
          "entries that were stored are not there: expected=" + count + ", actual=" + found);
    }
    return found;
  }

  long iterate(int count) {
    Sum<V> sum = new Sum<>(entries);
    for (int i = 0; i < count; i++) {
      state.forEach(keys.next(), sum::add);
    }
    sum.check((long) count * ENTRIES_PER_KEY);
    return sum.total;
  }

  void removeAll() {
    for (int i = 0; i < userKeys.length; i++) {
      state.remove(keys.next(), nextUserKey());
    }
  }

  private static <V> V present(@Nullable V value) {
    if (value == null) {
      throw new IllegalStateException("an entry that was stored is not there");
    }
    return value;
  }

  @Override
  public void close() {
    subject.close();
  }
}
