// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The index of a key group has what was put into it, whatever it was prepared for. */
final class IndexGroupTest {
  private final Images images = new Images(new MemoryBudget(1 << 30).open());
  private final Ledger memory = new Ledger();
  private final IndexGroup group = new IndexGroup(images, memory);
  private long[] hashes = {};

  /** What the index takes and gives back. */
  private static final class Ledger implements IndexMemory {
    long takenBytes;
    long givenUpBytes;

    @Override
    public void charge(long bytes) {
      takenBytes += bytes;
    }

    @Override
    public void giveUp(long madeIn, long bytes) {
      givenUpBytes += bytes;
    }
  }

  private void add(int count) {
    hashes = new SplittableRandom(count).longs(count).toArray();
    for (int i = 0; i < count; i++) {
      group.add(hashes[i], address(i));
    }
  }

  private static long address(int number) {
    return number + 1L;
  }

  private void checkAll() {
    for (int i = 0; i < hashes.length; i++) {
      assertThat(group.contains(hashes[i], address(i))).as("address %d", address(i)).isTrue();
    }
    assertThat(group.contains(0, address(hashes.length)))
        .as("address that was not added")
        .isFalse();
    assertThat(group.count()).isEqualTo(hashes.length);
    assertThat(IndexGroup.count(group.directory())).isEqualTo(hashes.length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1_000, 2_900, 40_000, 200_000})
  void add_asManyAsExpected_hardlyGrows(int count) {
    group.expect(count);
    add(count);
    checkAll();
    assertThat(memory.givenUpBytes).as("replaced").isLessThan(memory.takenBytes / 20);
    assertThat(memory.takenBytes - memory.givenUpBytes).as("memory").isLessThan(13L * count);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 700})
  void add_moreThanExpected(int expected) {
    group.expect(expected);
    add(20_000);
    checkAll();
    assertThat(memory.takenBytes - memory.givenUpBytes).as("memory").isLessThan(16L * 20_000);
  }

  @Test
  void add_fewerThanExpected() {
    group.expect(100_000);
    add(10);
    checkAll();
  }

  @Test
  void expect_notEmpty_leavesAllAsItIs() {
    add(5_000);
    long takenBytes = memory.takenBytes;
    group.expect(100_000);
    checkAll();
    assertThat(memory.takenBytes).isEqualTo(takenBytes);
  }

  @Test
  void remove_allThatWereExpected_givesAllBack() {
    long emptyBytes = memory.takenBytes;
    group.expect(5_000);
    add(5_000);
    for (int i = 0; i < hashes.length; i++) {
      group.remove(hashes[i], address(i));
    }
    assertThat(memory.takenBytes - memory.givenUpBytes).isEqualTo(emptyBytes);
    add(300);
    checkAll();
  }
}
