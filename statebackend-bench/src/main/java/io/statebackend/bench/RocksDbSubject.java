// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.nio.file.Path;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * RocksDB as it is, with its default options but no write-ahead log: state is made durable by
 * checkpoints.
 */
final class RocksDbSubject implements Subject {
  private final Options options;
  private final WriteOptions writeOptions;
  private final RocksDB database;

  RocksDbSubject(Path directory) {
    RocksDB.loadLibrary();
    options = new Options().setCreateIfMissing(true);
    writeOptions = new WriteOptions().setDisableWAL(true);
    try {
      database = RocksDB.open(options, directory.resolve("db").toString());
    } catch (RocksDBException e) {
      throw failed(e);
    }
  }

  private static IllegalStateException failed(RocksDBException cause) {
    return new IllegalStateException("RocksDB failed: " + cause.getMessage(), cause);
  }

  @Override
  public <K, V> ValueSubject<K, V> value(Entries<K, V> entries) {
    return new RocksDbValue<>(
        database,
        writeOptions,
        new SerializedForm<>(entries.keySerializer()),
        new SerializedForm<>(entries.valueSerializer()));
  }

  @Override
  public void close() {
    database.close();
    writeOptions.close();
    options.close();
  }

  private record RocksDbValue<K, V>(
      RocksDB database,
      WriteOptions writeOptions,
      SerializedForm<K> keyForm,
      SerializedForm<V> valueForm)
      implements ValueSubject<K, V> {

    @Override
    public @Nullable V get(K key) {
      return get(keyForm.write(key));
    }

    private @Nullable V get(byte[] key) {
      try {
        byte[] value = database.get(key);
        return value == null ? null : valueForm.read(value);
      } catch (RocksDBException e) {
        throw failed(e);
      }
    }

    @Override
    public void update(K key, V value) {
      put(keyForm.write(key), value);
    }

    private void put(byte[] key, V value) {
      try {
        database.put(writeOptions, key, valueForm.write(value));
      } catch (RocksDBException e) {
        throw failed(e);
      }
    }

    @Override
    public void readModifyWrite(K key, V added, BinaryOperator<V> combine) {
      byte[] keyBytes = keyForm.write(key);
      put(keyBytes, combine.apply(get(keyBytes), added));
    }
  }
}
