// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A stream of records against value state.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class ValueRun<K, V> implements AutoCloseable {
  private final Entries<K, V> entries;
  private final BinaryOperator<V> combine;
  private final int keyCount;
  private final KeyCursor<K> keys;
  private final OpenSubject subject;
  private final ValueSubject<K, V> state;

  /** Makes values that differ from those before. */
  private long recordCount;

  private ValueRun(Settings settings, Entries<K, V> entries) {
    this.entries = entries;
    this.combine = entries::combine;
    this.keyCount = settings.keys;
    this.keys = entries.cursor(settings.distribution.numbers(keyCount));
    this.subject = OpenSubject.of(settings.backend, settings.keys);
    this.state = subject.subject().value(entries);
  }

  /** Opens a backend without keys. */
  static ValueRun<?, ?> empty(Settings settings) {
    return new ValueRun<>(settings, settings.type.entries());
  }

  /** Opens a backend that has all keys. */
  static ValueRun<?, ?> filled(Settings settings) {
    ValueRun<?, ?> run = empty(settings);
    run.fill();
    return run;
  }

  /** Gives every key a value, one after the other. */
  void fill() {
    for (int number = 0; number < keyCount; number++) {
      state.update(entries.key(number), entries.value(number));
    }
  }

  long get(int count) {
    long sum = 0;
    for (int i = 0; i < count; i++) {
      sum += entries.read(present(state.get(keys.next())));
    }
    return sum;
  }

  void update(int count) {
    for (int i = 0; i < count; i++) {
      state.update(keys.next(), entries.value(recordCount++));
    }
  }

  void readModifyWrite(int count) {
    for (int i = 0; i < count; i++) {
      state.readModifyWrite(keys.next(), entries.value(recordCount++), combine);
    }
  }

  private static <V> V present(@Nullable V value) {
    if (value == null) {
      throw new IllegalStateException("a key that was stored is not there");
    }
    return value;
  }

  @Override
  public void close() {
    subject.close();
  }
}
