// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class KeyFilterTest {
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int ENTRIES_PER_CHUNK = 1_000;
  private static final int CHUNKS = 8;

  private final Random random = new Random(7);
  private final CacheBudget budget = new CacheBudget(1 << 20);
  private final KeyFilter filter = new KeyFilter(budget.open(), CHUNKS, CHUNK_BYTES);
  private final Column column = column(TableFormat.Kind.VALUE, Long.BYTES);

  private static Column column(TableFormat.Kind kind, int namespaceLength) {
    return new Column(
        new TableFormat("t", kind, Long.BYTES, namespaceLength, 0, Long.BYTES),
        3,
        new Column.Family(1, 1),
        Column.ALONE);
  }

  /** The key of an entry: key group, key, namespace. */
  private static byte[] entryKey(long key, long namespace) {
    return ByteBuffer.allocate(2 + 2 * Long.BYTES)
        .putShort((short) (key & 0x7f))
        .putLong(key)
        .putLong(namespace)
        .array();
  }

  private static long hashOf(Column column, long key) {
    return KeyFilter.hashOf(column, entryKey(key, 0), 2 + Long.BYTES);
  }

  private void fill() {
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      filter.clear(chunk);
      for (int i = 0; i < ENTRIES_PER_CHUNK; i++) {
        filter.add(chunk, column, entryKey(keyIn(chunk, i), random.nextLong()), 0);
      }
    }
  }

  private static long keyIn(int chunk, int number) {
    return chunk * 1_000_000L + number;
  }

  @Test
  void mayHave_whatIsThereAlways_whatIsNotSeldom() {
    fill();
    int wrong = 0;
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      for (int i = 0; i < ENTRIES_PER_CHUNK; i++) {
        long hash = hashOf(column, keyIn(chunk, i));
        assertThat(filter.mayHave(chunk, hash)).isTrue();
        wrong += filter.mayHave((chunk + 1) % CHUNKS, hash) ? 1 : 0;
      }
    }
    assertThat(wrong).isLessThan(CHUNKS * ENTRIES_PER_CHUNK / 20);
  }

  @Test
  void mayHave_allKeys() {
    fill();
    assertThat(KeyFilter.hashOf(column, new byte[0], 0)).isZero();
    assertThat(KeyFilter.hashOf(column, new byte[2], 2)).isZero();
    assertThat(filter.mayHave(0, 0)).isTrue();
  }

  @Test
  void clear_knowsNothingAnyMore() {
    fill();
    filter.clear(2);
    assertThat(filter.mayHave(2, hashOf(column, keyIn(2, 1)))).isFalse();
    filter.drop(3);
    assertThat(filter.mayHave(3, hashOf(column, keyIn(3, 1)))).isFalse();
  }

  @Test
  void noMemory_saysYes() {
    KeyFilter poor = new KeyFilter(new CacheBudget(16).open(), 1, CHUNK_BYTES);
    poor.clear(0);
    assertThat(poor.mayHave(0, hashOf(column, 5))).isFalse();
    poor.add(0, column, entryKey(4, 1), 0);
    assertThat(poor.mayHave(0, hashOf(column, 5))).isTrue();
    poor.clear(0);
    assertThat(poor.mayHave(0, hashOf(column, 5))).isFalse();
  }

  @Test
  void budget_takesOnlyForTablesWhoseKeysHaveSeveralEntries() {
    CacheBudget.Account account = budget.open();
    KeyFilter values = new KeyFilter(account, 1, CHUNK_BYTES);
    values.clear(0);
    values.add(0, column(TableFormat.Kind.VALUE, 0), entryKey(1, 1), 0);
    assertThat(account.usedBytes()).isZero();
    values.add(0, column(TableFormat.Kind.MAP, 0), entryKey(1, 1), 0);
    assertThat(account.usedBytes()).isEqualTo(CHUNK_BYTES / 32);
    values.drop(0);
    assertThat(account.usedBytes()).isZero();
  }

  @Test
  void trackedKeyEnd_ofKeysOfVaryingLength() {
    Column strings =
        new Column(
            new TableFormat("t", TableFormat.Kind.VALUE, -1, Long.BYTES, 0, Long.BYTES),
            3,
            new Column.Family(1, 1),
            7);
    byte[] key = new byte[500];
    key[5] = (byte) 0x80; // A length of 256, in two bytes, behind key group and table.
    key[6] = 2;
    assertThat(strings.trackedKeyEnd(key, 1)).isEqualTo(5 + 2 + 256);
  }
}
