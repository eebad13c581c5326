// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.NamespacedState;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Keys, namespaces and user keys that are easily taken for one another: empty, long, one the
 * beginning of the other, of one hash, or ambiguous when written one after the other.
 */
public abstract class AwkwardKeysContract extends BackendContract {
  private static final List<String> STRINGS =
      List.of(
          "",
          "a",
          "aa",
          "aaa",
          "b",
          "ab",
          "ba",
          "a\0",
          "\0",
          "\0\0",
          "\u0001a",
          "\uffff",
          "é",
          "e\u0301",
          "\ud83d\ude00",
          "\ud83d",
          "Aa",
          "BB",
          "x".repeat(127),
          "x".repeat(128),
          "x".repeat(129),
          "y".repeat(70_000));
  private static final List<byte[]> BYTES =
      List.of(
          new byte[0],
          new byte[] {0},
          new byte[] {0, 0},
          new byte[] {1},
          new byte[] {1, 0},
          new byte[] {(byte) 0xff},
          new byte[] {(byte) 0xff, (byte) 0xff},
          new byte[] {(byte) 0x80},
          new byte[] {0x7f},
          new byte[200]);
  private static final List<Long> LONGS =
      List.of(0L, -1L, 1L, 255L, 256L, 1L << 31, 1L << 32, Long.MIN_VALUE, Long.MAX_VALUE);

  /** Creates the contract, for one test. */
  protected AwkwardKeysContract() {}

  @Test
  final void strings() {
    assertKeptApart(Serializers.STRING, STRINGS);
  }

  @Test
  final void byteArrays() {
    assertKeptApart(Serializers.BYTES, BYTES);
  }

  @Test
  final void setCurrentKey_callerReusesTheKey() {
    KeyedStateBackend<byte[]> keyed = start(Serializers.BYTES, 1).keyed();
    ValueState<Long> value = keyed.value(ValueStateDescriptor.of("value", Serializers.LONG));
    byte[] key = {1};
    keyed.setCurrentKey(key);
    key[0] = 2;
    value.update(7L);
    keyed.currentKey()[0] = 3;
    assertThat(value.value()).as("value of the key as it was handed in").isEqualTo(7);
    keyed.setCurrentKey(new byte[] {2});
    assertThat(value.value()).as("value of what the key's array became").isNull();
    keyed.setCurrentKey(new byte[] {1});
    assertThat(value.value()).as("value of the key, set again").isEqualTo(7);
  }

  @Test
  final void in_callerReusesTheNamespace() {
    KeyedStateBackend<String> keyed = openKeyed();
    NamespacedState<byte[], ValueState<Long>> state =
        keyed.value(ValueStateDescriptor.of("value", Serializers.LONG), Serializers.BYTES);
    keyed.setCurrentKey("key");
    byte[] namespace = {1};
    ValueState<Long> value = state.in(namespace);
    namespace[0] = 2;
    value.update(7L);
    assertThat(state.in(new byte[] {1}).value()).as("the namespace as handed in").isEqualTo(7);
    assertThat(state.in(new byte[] {2}).value()).as("what its array became").isNull();
  }

  @Test
  final void longs() {
    assertKeptApart(Serializers.LONG, LONGS);
  }

  @Test
  final void equalHashes() {
    List<String> keys = new ArrayList<>(STRINGS);
    for (int i = 0; i < 200; i++) {
      keys.add("key-" + i);
    }
    assertKeptApart(new EqualHashes(), keys, List.of("", "n"));
  }

  private <T> void assertKeptApart(TypeSerializer<T> serializer, List<T> values) {
    assertKeptApart(serializer, values, values);
  }

  /**
   * Stores something of its own under every pair, and finds it again before and after a restart.
   */
  private <T> void assertKeptApart(TypeSerializer<T> serializer, List<T> keys, List<T> namespaces) {
    TestOperator<T> operator = start(serializer, 1);
    Cells<T> cells = new Cells<>(serializer, keys, namespaces);
    cells.write(operator);
    cells.assertWritten(operator, "as written");
    operator.restart(backend(), 3);
    cells.assertWritten(operator, "after a restart with three subtasks");
    cells.removeEverySecond(operator);
    cells.assertEverySecondRemoved(operator);
  }

  /** All pairs of some keys and namespaces, each with a value, a list and a map. */
  private record Cells<T>(TypeSerializer<T> serializer, List<T> keys, List<T> namespaces) {
    private static final ValueStateDescriptor<String> VALUE =
        ValueStateDescriptor.of("value", Serializers.STRING);
    private static final ListStateDescriptor<String> LIST =
        ListStateDescriptor.of("list", Serializers.STRING);

    private MapStateDescriptor<T, String> map() {
      return MapStateDescriptor.of("map", serializer, Serializers.STRING);
    }

    private static String name(int key, int namespace) {
      return "key %d, namespace %d".formatted(key, namespace);
    }

    void write(TestOperator<T> operator) {
      for (int k = 0; k < keys.size(); k++) {
        KeyedStateBackend<T> keyed = operator.at(keys.get(k));
        for (int n = 0; n < namespaces.size(); n++) {
          T namespace = namespaces.get(n);
          keyed.value(VALUE, serializer).in(namespace).update(name(k, n));
          keyed.list(LIST, serializer).in(namespace).addAll(List.of(name(k, n), "last"));
        }
        for (int n = 0; n < namespaces.size(); n++) {
          keyed.map(map()).put(namespaces.get(n), name(k, n));
        }
      }
    }

    void assertWritten(TestOperator<T> operator, String when) {
      for (int k = 0; k < keys.size(); k++) {
        KeyedStateBackend<T> keyed = operator.at(keys.get(k));
        for (int n = 0; n < namespaces.size(); n++) {
          T namespace = namespaces.get(n);
          assertThat(keyed.value(VALUE, serializer).in(namespace).value())
              .as("value of %s, %s", describe(k, n), when)
              .isEqualTo(name(k, n));
          assertThat(keyed.list(LIST, serializer).in(namespace).get())
              .as("list of %s, %s", describe(k, n), when)
              .containsExactly(name(k, n), "last");
          assertThat(keyed.map(map()).get(namespace))
              .as("value in the map of %s, taken as key and user key, %s", describe(k, n), when)
              .isEqualTo(name(k, n));
        }
        assertThat(keyed.map(map()))
            .as("entries in the map of key %s, %s", text(keys.get(k)), when)
            .hasSize(namespaces.size());
      }
      assertThat(keyCount(operator, namespaces.get(0)))
          .as("keys in the first namespace, %s", when)
          .isEqualTo(keys.size());
    }

    private long keyCount(TestOperator<T> operator, T namespace) {
      long count = 0;
      for (int subtask = 0; subtask < operator.parallelism(); subtask++) {
        KeyedStateBackend<T> keyed = operator.keyed(subtask);
        try (Stream<T> found = keyed.keys(keyed.value(VALUE, serializer), namespace)) {
          count += found.count();
        }
      }
      return count;
    }

    void removeEverySecond(TestOperator<T> operator) {
      for (int k = 0; k < keys.size(); k++) {
        KeyedStateBackend<T> keyed = operator.at(keys.get(k));
        for (int n = k % 2; n < namespaces.size(); n += 2) {
          keyed.value(VALUE, serializer).in(namespaces.get(n)).clear();
          keyed.list(LIST, serializer).in(namespaces.get(n)).clear();
          keyed.map(map()).remove(namespaces.get(n));
        }
      }
    }

    void assertEverySecondRemoved(TestOperator<T> operator) {
      for (int k = 0; k < keys.size(); k++) {
        KeyedStateBackend<T> keyed = operator.at(keys.get(k));
        for (int n = 0; n < namespaces.size(); n++) {
          T namespace = namespaces.get(n);
          boolean removed = (n - k) % 2 == 0;
          assertThat(keyed.value(VALUE, serializer).in(namespace).value())
              .as("value of %s after every second one was removed", describe(k, n))
              .isEqualTo(removed ? null : name(k, n));
          assertThat(keyed.list(LIST, serializer).in(namespace).get())
              .as("list of %s after every second one was removed", describe(k, n))
              .hasSize(removed ? 0 : 2);
          assertThat(keyed.map(map()).contains(namespace))
              .as("the map of %s contains it after every second one was removed", describe(k, n))
              .isEqualTo(!removed);
        }
      }
    }

    private String describe(int key, int namespace) {
      return "key %s and namespace %s"
          .formatted(text(keys.get(key)), text(namespaces.get(namespace)));
    }

    private static String text(Object value) {
      String text = value instanceof byte[] bytes ? Arrays.toString(bytes) : "'" + value + "'";
      return text.length() <= 40 ? text : text.substring(0, 40) + "... of length " + text.length();
    }
  }

  /** Strings that all have one hash. */
  private static final class EqualHashes implements TypeSerializer<String> {
    @Override
    public void serialize(String value, BinaryOutput out) {
      out.writeString(value);
    }

    @Override
    public String deserialize(BinaryInput in) {
      return in.readString();
    }

    @Override
    public boolean isImmutable() {
      return true;
    }

    @Override
    public long stableHash(String value) {
      return 42;
    }

    @Override
    public TypeSchema schema() {
      return TypeSchema.of("string-of-one-hash");
    }
  }
}
