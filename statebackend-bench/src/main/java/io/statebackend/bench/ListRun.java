// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A stream of records against list state. All lists together have as many elements as {@link
 * Settings#keys} says.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the elements
 */
final class ListRun<K, V> implements AutoCloseable {
  static final int ELEMENTS_PER_KEY = 10;
  static final int ELEMENTS_PER_ADD_ALL = 100;

  private final Entries<K, V> entries;
  private final int elementCount;
  private final KeyCursor<K> keys;

  /** Fewer keys, so that several batches go to each. */
  private final KeyCursor<K> batchKeys;

  private final List<V> batch;
  private final OpenSubject subject;
  private final ListSubject<K, V> state;

  private ListRun(Settings settings, Entries<K, V> entries) {
    this.entries = entries;
    int keyCount = Math.max(1, settings.keys / ELEMENTS_PER_KEY);
    this.elementCount = keyCount * ELEMENTS_PER_KEY;
    int[] numbers = settings.distribution.numbers(elementCount);
    this.keys = entries.cursor(Arrays.stream(numbers).map(n -> n / ELEMENTS_PER_KEY).toArray());
    this.batchKeys =
        entries.cursor(Arrays.stream(numbers).map(n -> n / ELEMENTS_PER_ADD_ALL).toArray());
    this.batch = LongStream.range(0, ELEMENTS_PER_ADD_ALL).mapToObj(entries::value).toList();
    this.subject = OpenSubject.of(settings.backend, settings.keys);
    this.state = subject.states().list(entries);
  }

  /** Opens a backend without lists. */
  static ListRun<?, ?> empty(Settings settings) {
    return new ListRun<>(settings, settings.type.entries());
  }

  /** Opens a backend whose lists have {@link #ELEMENTS_PER_KEY} elements each. */
  static ListRun<?, ?> filled(Settings settings) {
    ListRun<?, ?> run = empty(settings);
    run.fill();
    return run;
  }

  private void fill() {
    for (int i = 0; i < elementCount; i++) {
      state.add(entries.key(i / ELEMENTS_PER_KEY), entries.value(i));
    }
  }

  void addOneByOne() {
    for (int i = 0; i < elementCount; i++) {
      state.add(keys.next(), entries.value(i));
    }
  }

  void addAll() {
    int count = ListStateBenchmark.addAllCount(elementCount);
    for (int i = 0; i < count; i++) {
      state.addAll(batchKeys.next(), batch);
    }
  }

  long get(int count) {
    Sum<V> sum = new Sum<>(entries);
    for (int i = 0; i < count; i++) {
      state.forEach(keys.next(), sum::add);
    }
    sum.check((long) count * ELEMENTS_PER_KEY);
    return sum.total;
  }

  @Override
  public void close() {
    subject.close();
  }
}
