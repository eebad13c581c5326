// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.nio.file.Path;
import java.util.Properties;
import java.util.function.BinaryOperator;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * A key-value store of Kafka Streams as a processor gets it, with its serializers and metrics, but
 * without a changelog: that would need a broker.
 */
final class KafkaSubject implements Subject {
  private static final String NAME = "bench";

  private final KeyValueBytesStoreSupplier supplier;
  private final StateStoreContext context;
  private @Nullable KeyValueStore<?, ?> store;

  private KafkaSubject(KeyValueBytesStoreSupplier supplier, Path directory) {
    this.supplier = supplier;
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, NAME);
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:9");
    context =
        new MockProcessorContext<Void, Void>(settings, new TaskId(0, 0), directory.toFile())
            .getStateStoreContext();
  }

  static KafkaSubject inMemory(Path directory) {
    return new KafkaSubject(Stores.inMemoryKeyValueStore(NAME), directory);
  }

  static KafkaSubject inRocksDb(Path directory) {
    return new KafkaSubject(Stores.persistentKeyValueStore(NAME), directory);
  }

  @Override
  public <K, V> ValueSubject<K, V> value(Entries<K, V> entries) {
    KeyValueStore<K, V> opened =
        Stores.keyValueStoreBuilder(
                supplier,
                Serdes.serdeFrom(entries.keyClass()),
                entries.valueClass() == Event.class
                    ? serdeOf(entries.valueSerializer())
                    : Serdes.serdeFrom(entries.valueClass()))
            .withLoggingDisabled()
            .withCachingDisabled()
            .build();
    opened.init(context, opened);
    store = opened;
    return new KafkaValue<>(opened);
  }

  /** Kafka has no serializer of records: a program brings its own. */
  private static <T> Serde<T> serdeOf(io.statebackend.api.TypeSerializer<T> serializer) {
    SerializedForm<T> form = new SerializedForm<>(serializer);
    Serializer<T> writer = (topic, value) -> value == null ? null : form.write(value);
    Deserializer<T> reader = (topic, bytes) -> bytes == null ? null : form.read(bytes);
    return Serdes.serdeFrom(writer, reader);
  }

  @Override
  public void close() {
    if (store != null) {
      store.close();
    }
  }

  private record KafkaValue<K, V>(KeyValueStore<K, V> store) implements ValueSubject<K, V> {

    @Override
    public @Nullable V get(K key) {
      return store.get(key);
    }

    @Override
    public void update(K key, V value) {
      store.put(key, value);
    }

    @Override
    public void readModifyWrite(K key, V added, BinaryOperator<V> combine) {
      store.put(key, combine.apply(store.get(key), added));
    }
  }
}
