// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each record is written once, whoever writes in whatever order, and whatever fails; for what is
 * appended to a list twice would be wrong.
 */
final class SealedWritesTest {
  private static final Column ONE = column(3);
  private static final Column OTHER = column(300);

  private final List<Set<String>> sealed = new ArrayList<>();
  private final List<String> writtenRecords = new ArrayList<>();
  private int failingIn = Integer.MAX_VALUE;
  private final SealedWrites writes = new SealedWrites(this::write);

  private static Column column(int family) {
    return new Column(
        new TableFormat("table", TableFormat.Kind.LIST, 8, 0, 0, 8),
        1,
        new Column.Family(1, family),
        Column.ALONE);
  }

  private void write(byte[] batch) {
    if (--failingIn < 0) {
      throw new StateIoException("refused");
    }
    writtenRecords.addAll(records(batch));
  }

  private static List<String> records(byte[] batch) {
    KeySort sort = new KeySort();
    sort.begin(batch);
    Batch.addRecords(batch, 0, sort);
    assertThat(batch[8] & 0xff).as("the least byte of the count").isEqualTo(sort.count() & 0xff);
    List<String> records = new ArrayList<>();
    for (int i = 0; i < sort.count(); i++) {
      // Up to where the next one begins, as they were added in their order.
      int end = i + 1 < sort.count() ? sort.at(i + 1) : batch.length;
      records.add(new String(batch, sort.at(i), end - sort.at(i), ISO_8859_1));
    }
    return records;
  }

  private void seal(int batches, int records, Random random) {
    int number = 0;
    for (int i = 0; i < batches; i++) {
      Batch batch = new Batch();
      for (int k = 0; k < records; k++) {
        byte[] key = "%08x-%d".formatted(random.nextInt(), number++).getBytes(ISO_8859_1);
        byte[] value = new byte[random.nextInt(300)];
        Column column = random.nextBoolean() ? ONE : OTHER;
        switch (random.nextInt(3)) {
          case 0 -> batch.put(column, key, 0, key.length, value, 0, value.length);
          case 1 -> batch.merge(column, key, 0, key.length, value, 0, value.length);
          default -> batch.delete(column, key, 0, key.length);
        }
      }
      byte[] bytes = batch.toBytes();
      assertThat(writes.add(bytes)).isEqualTo(i + 1);
      sealed.add(Set.copyOf(records(bytes)));
    }
  }

  private void assertWritten(int upTo) {
    assertThat(writtenRecords).doesNotHaveDuplicates();
    Set<String> written = new HashSet<>(writtenRecords);
    for (int i = 0; i < upTo; i++) {
      assertThat(written).as("batch %d", i + 1).containsAll(sealed.get(i));
    }
  }

  @Test
  void writeAll_inTheOrderOfKeys() {
    seal(5, 1_000, new Random(1));

    writes.writeAll();

    assertWritten(5);
    List<String> keys =
        writtenRecords.stream()
            .map(text -> text.replaceAll("(?s)^.*?([0-9a-f]{8}-).*", "$1"))
            .toList();
    assertThat(keys).isSorted();
  }

  @Test
  void writeAll_nothing() {
    writes.writeAll();
    writes.write(0);

    assertThat(writtenRecords).isEmpty();
  }

  @Test
  void write_fails_isTriedAgain() {
    seal(2, 10, new Random(2));
    failingIn = 0;
    assertThatThrownBy(() -> writes.write(1)).isInstanceOf(StateIoException.class);
    failingIn = Integer.MAX_VALUE;

    writes.write(1);

    assertWritten(1);
    assertThat(writtenRecords).hasSize(10);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void write_anyOrder_withFailures(int seed) {
    Random random = new Random(seed);
    int batches = 12;
    seal(batches, 700, random);
    int upTo = 0;
    boolean isAll = false;
    while (!isAll) {
      failingIn = random.nextInt(4);
      try {
        if (random.nextInt(3) == 0) {
          int wanted = upTo + random.nextInt(2);
          writes.write(Math.min(batches, wanted));
          upTo = Math.max(upTo, Math.min(batches, wanted));
        } else {
          writes.writeAll();
          isAll = true;
        }
      } catch (StateIoException e) {
        // Tried again.
      }
      assertWritten(isAll ? batches : upTo);
    }
    assertThat(writtenRecords).hasSize(batches * 700);
  }
}
