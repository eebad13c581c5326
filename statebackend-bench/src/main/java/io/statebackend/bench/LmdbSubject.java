// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.Dbi;
import org.lmdbjava.DbiFlags;
import org.lmdbjava.Env;
import org.lmdbjava.EnvFlags;
import org.lmdbjava.Txn;

/**
 * LMDB. It has no writes outside of transactions, and a transaction costs a commit: a program would
 * commit after a number of records, and sync at checkpoints only.
 */
final class LmdbSubject implements Subject {
  private static final long MAP_BYTES = 8L << 30;
  private static final int RECORDS_PER_COMMIT = 1000;
  private static final int BUFFER_BYTES = 1024;

  private final Env<ByteBuffer> environment;
  private @Nullable LmdbValue<?, ?> value;

  LmdbSubject(Path directory) {
    environment = Env.create().setMapSize(MAP_BYTES).open(directory.toFile(), EnvFlags.MDB_NOSYNC);
  }

  @Override
  public <K, V> ValueSubject<K, V> value(Entries<K, V> entries) {
    LmdbValue<K, V> opened = new LmdbValue<>(environment, entries);
    value = opened;
    return opened;
  }

  @Override
  public void close() {
    if (value != null) {
      value.transaction.commit();
    }
    environment.close();
  }

  private static final class LmdbValue<K, V> implements ValueSubject<K, V> {
    private final Env<ByteBuffer> environment;
    private final SerializedForm<K> keyForm;
    private final SerializedForm<V> valueForm;
    private final ByteBuffer keyBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer valueBuffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final Dbi<ByteBuffer> table;
    private Txn<ByteBuffer> transaction;
    private int recordCount;

    LmdbValue(Env<ByteBuffer> environment, Entries<K, V> entries) {
      this.environment = environment;
      this.keyForm = new SerializedForm<>(entries.keySerializer());
      this.valueForm = new SerializedForm<>(entries.valueSerializer());
      this.table = environment.openDbi((String) null, DbiFlags.MDB_CREATE);
      this.transaction = environment.txnWrite();
    }

    @Override
    public @Nullable V get(K key) {
      return find(key);
    }

    private @Nullable V find(K key) {
      fill(keyBuffer, keyForm.write(key));
      ByteBuffer found = table.get(transaction, keyBuffer);
      if (found == null) {
        return null;
      }
      byte[] bytes = new byte[found.remaining()];
      found.get(bytes);
      return valueForm.read(bytes);
    }

    @Override
    public void update(K key, V value) {
      fill(keyBuffer, keyForm.write(key));
      put(value);
    }

    /** Stores a value under the key in the buffer. */
    private void put(V value) {
      fill(valueBuffer, valueForm.write(value));
      table.put(transaction, keyBuffer, valueBuffer);
      if (++recordCount == RECORDS_PER_COMMIT) {
        recordCount = 0;
        transaction.commit();
        transaction = environment.txnWrite();
      }
    }

    @Override
    public void readModifyWrite(K key, V added, BinaryOperator<V> combine) {
      V combined = combine.apply(find(key), added);
      keyBuffer.rewind();
      put(combined);
    }

    private static void fill(ByteBuffer buffer, byte[] bytes) {
      buffer.clear();
      buffer.put(bytes).flip();
    }
  }
}
