// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Large values, long lists, large maps, many namespaces and many keys, restored as well. */
public abstract class BigStateContract extends BackendContract {
  private static final int MEBIBYTE = 1 << 20;

  /** Creates the contract, for one test. */
  protected BigStateContract() {}

  private static byte[] randomBytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @Test
  final void value_of64Mebibytes() {
    ValueStateDescriptor<byte[]> descriptor = ValueStateDescriptor.of("blob", Serializers.BYTES);
    TestOperator<String> operator = start(1);
    byte[] blob = randomBytes(64 * MEBIBYTE, 1);
    operator.at("large").value(descriptor).update(blob);
    operator.at("small").value(descriptor).update(new byte[] {1});
    operator.restart(backend(), 1);

    assertThat(Arrays.equals(operator.at("large").value(descriptor).value(), blob))
        .as("the value of 64 MiB is the same after a restart")
        .isTrue();
    assertThat(operator.at("small").value(descriptor).value())
        .as("the small value beside it")
        .containsExactly(1);
  }

  @Test
  final void list_ofLargeElements() {
    ListStateDescriptor<byte[]> descriptor = ListStateDescriptor.of("blobs", Serializers.BYTES);
    TestOperator<String> operator = start(1);
    for (int i = 0; i < 20; i++) {
      operator.at("a").list(descriptor).add(randomBytes(MEBIBYTE, i));
    }
    operator.restart(backend(), 2);
    int i = 0;
    for (byte[] element : operator.at("a").list(descriptor)) {
      assertThat(Arrays.equals(element, randomBytes(MEBIBYTE, i)))
          .as("element %d, of 1 MiB, is the same after a restart", i)
          .isTrue();
      i++;
    }

    assertThat(i).as("elements").isEqualTo(20);
  }

  @Test
  final void list_ofManyElements() {
    ListStateDescriptor<Long> descriptor = ListStateDescriptor.of("numbers", Serializers.LONG);
    TestOperator<String> operator = start(1);
    ListState<Long> list = operator.at("a").list(descriptor);
    for (long i = 0; i < 100_000; i++) {
      list.add(i);
    }
    operator.restart(backend(), 2);
    long expected = 0;
    for (long element : operator.at("a").list(descriptor)) {
      assertThat(element)
          .as("element %d of a long list after a restart", expected)
          .isEqualTo(expected);
      expected++;
    }

    assertThat(expected).as("elements").isEqualTo(100_000);
  }

  @Test
  final void map_ofManyEntries() {
    MapStateDescriptor<Integer, Long> descriptor =
        MapStateDescriptor.of("squares", Serializers.INT, Serializers.LONG);
    TestOperator<String> operator = start(1);
    MapState<Integer, Long> map = operator.at("a").map(descriptor);
    for (int i = 0; i < 100_000; i++) {
      map.put(i, (long) i * i);
    }
    operator.restart(backend(), 2);
    map = operator.at("a").map(descriptor);
    long count = 0;
    for (Map.Entry<Integer, Long> entry : map) {
      assertThat(entry.getValue())
          .as("value of user key %d of a large map after a restart", entry.getKey())
          .isEqualTo((long) entry.getKey() * entry.getKey());
      count++;
    }

    assertThat(count).as("entries").isEqualTo(100_000);
    assertThat(map.get(99_999)).as("a value looked up").isEqualTo(99_999L * 99_999L);
  }

  @Test
  final void namespaces_many() {
    ValueStateDescriptor<Integer> descriptor = ValueStateDescriptor.of("window", Serializers.INT);
    TestOperator<String> operator = start(1);
    NamespacedState<Integer, ValueState<Integer>> windows =
        operator.at("a").value(descriptor, Serializers.INT);
    for (int i = 0; i < 50_000; i++) {
      windows.in(i).update(-i);
    }
    operator.restart(backend(), 2);
    KeyedStateBackend<String> keyed = operator.at("a");
    windows = keyed.value(descriptor, Serializers.INT);
    for (int i = 0; i < 50_000; i++) {
      assertThat(windows.in(i).value()).as("value in window %d after a restart", i).isEqualTo(-i);
    }
    keyed.clearCurrentKey();

    assertThat(keyed.entryCount(descriptor)).as("entries after the key was cleared").isZero();
  }

  @Test
  final void keys_hundredThousand() {
    assertKeepsKeys(100_000);
  }

  @Test
  @Tag("slow")
  final void keys_million() {
    assertKeepsKeys(1_000_000);
  }

  private void assertKeepsKeys(int keyCount) {
    ValueStateDescriptor<Long> descriptor = ValueStateDescriptor.of("count", Serializers.LONG);
    TestOperator<Long> operator = start(Serializers.LONG, 1);
    ValueState<Long> count = operator.keyed().value(descriptor);
    for (long key = 0; key < keyCount; key++) {
      operator.keyed().setCurrentKey(key);
      count.update(-key);
    }
    assertThat(operator.keyed().entryCount(descriptor)).as("entries").isEqualTo(keyCount);
    operator.restart(backend(), 2);
    for (long key = 0; key < keyCount; key++) {
      assertThat(operator.at(key).value(descriptor).value())
          .as("value of key %d of %d after a restart", key, keyCount)
          .isEqualTo(-key);
    }
    assertThat(operator.keyed(0).entryCount(descriptor) + operator.keyed(1).entryCount(descriptor))
        .as("entries after a restart")
        .isEqualTo(keyCount);
  }
}
