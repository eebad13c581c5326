// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BinaryOperator;
import net.openhft.chronicle.map.ChronicleMap;
import net.openhft.chronicle.map.ChronicleMapBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Chronicle Map in a memory-mapped file. It has to be told in advance how many entries there will
 * be and how long they are on average.
 */
final class ChronicleSubject implements Subject {
  private static final String NAME = "bench";

  /** Samples from which the average lengths are taken. */
  private static final int SAMPLES = 100;

  private final Place place;
  private @Nullable ChronicleMap<byte[], byte[]> map;

  ChronicleSubject(Place place) {
    this.place = place;
  }

  @Override
  public <K, V> ValueSubject<K, V> value(Entries<K, V> entries) {
    SerializedForm<K> keyForm = new SerializedForm<>(entries.keySerializer());
    SerializedForm<V> valueForm = new SerializedForm<>(entries.valueSerializer());
    double keyBytes = 0;
    double valueBytes = 0;
    for (int number = 0; number < SAMPLES; number++) {
      keyBytes += keyForm.write(entries.key(number)).length;
      valueBytes += valueForm.write(entries.value(number)).length;
    }
    try {
      ChronicleMap<byte[], byte[]> opened =
          ChronicleMapBuilder.of(byte[].class, byte[].class)
              .name(NAME)
              .entries(place.keyCount())
              .averageKeySize(keyBytes / SAMPLES)
              .averageValueSize(valueBytes / SAMPLES)
              .createPersistedTo(place.directory().resolve(NAME).toFile());
      map = opened;
      return new ChronicleValue<>(opened, keyForm, valueForm);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (map != null) {
      map.close();
    }
  }

  private record ChronicleValue<K, V>(
      ChronicleMap<byte[], byte[]> map, SerializedForm<K> keyForm, SerializedForm<V> valueForm)
      implements ValueSubject<K, V> {

    @Override
    public @Nullable V get(K key) {
      return get(keyForm.write(key));
    }

    private @Nullable V get(byte[] key) {
      byte[] value = map.get(key);
      return value == null ? null : valueForm.read(value);
    }

    @Override
    public void update(K key, V value) {
      map.put(keyForm.write(key), valueForm.write(value));
    }

    @Override
    public void readModifyWrite(K key, V added, BinaryOperator<V> combine) {
      byte[] keyBytes = keyForm.write(key);
      map.put(keyBytes, valueForm.write(combine.apply(get(keyBytes), added)));
    }
  }
}
