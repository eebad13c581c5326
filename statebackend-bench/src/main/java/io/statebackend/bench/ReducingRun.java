// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

/**
 * A stream of records against reducing state.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class ReducingRun<K, V> implements AutoCloseable {
  private final Entries<K, V> entries;
  private final KeyCursor<K> keys;
  private final OpenSubject subject;
  private final ReducingSubject<K, V> state;
  private long recordCount;

  private ReducingRun(Settings settings, Entries<K, V> entries) {
    this.entries = entries;
    this.keys = entries.cursor(settings.distribution.numbers(settings.keys));
    this.subject = OpenSubject.of(settings.backend, settings.keys);
    this.state = subject.states().reducing(entries);
  }

  /** Opens a backend that has all keys. */
  static ReducingRun<?, ?> filled(Settings settings) {
    ReducingRun<?, ?> run = new ReducingRun<>(settings, settings.type.entries());
    run.fill(settings.keys);
    return run;
  }

  private void fill(int keyCount) {
    for (int number = 0; number < keyCount; number++) {
      state.add(entries.key(number), entries.value(number));
    }
  }

  void add(int count) {
    for (int i = 0; i < count; i++) {
      state.add(keys.next(), entries.value(recordCount++));
    }
  }

  @Override
  public void close() {
    subject.close();
  }
}
