// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class EntryKeyFormatTest {
  private static final int KEY_GROUPS = 32768;

  private static final TestBytes ANY = new TestBytes(TypeSerializer.VARIABLE_LENGTH);
  private static final TestBytes FOUR = new TestBytes(4);

  /** A key, a namespace, and what follows them. */
  @SuppressWarnings("ArrayRecordComponent") // compared by identity only
  private record Entry(int keyGroup, byte[] key, byte[] namespace, byte[] suffix) {}

  private static byte[] prefix(
      TypeSerializer<byte[]> keys, TypeSerializer<byte[]> namespaces, Entry entry) {
    KeyContext<byte[]> context = new KeyContext<>(keys, KEY_GROUPS);
    context.set(entry.key, entry.keyGroup);
    BinaryOutput out = new BinaryOutput();
    new EntryKeyFormat<>(keys, namespaces).writePrefix(context, entry.namespace, out);
    return out.toByteArray();
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** Bytes of few values, the highest among them, so that one is often the beginning of another. */
  private static byte[] bytes(Random random, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (random.nextInt(3) - 1);
    }
    return bytes;
  }

  @Test
  void prefix_hasBeneathItWhatBelongsToIt() {
    for (TypeSerializer<byte[]> keys : List.of(ANY, FOUR)) {
      for (TypeSerializer<byte[]> namespaces : List.of(ANY, FOUR, new TestBytes(0))) {
        checkBeneath(keys, namespaces);
      }
    }
  }

  private static void checkBeneath(TypeSerializer<byte[]> keys, TypeSerializer<byte[]> namespaces) {
    Random random = new Random(7);
    List<Entry> entries = new ArrayList<>();
    TreeMap<byte[], Entry> map = new TreeMap<>(Arrays::compareUnsigned);
    for (int i = 0; i < 500; i++) {
      int keyLength = keys.fixedLength() >= 0 ? keys.fixedLength() : random.nextInt(4);
      int namespaceLength =
          namespaces.fixedLength() >= 0 ? namespaces.fixedLength() : random.nextInt(3);
      Entry entry =
          new Entry(
              List.of(0, 1, 255, 256, KEY_GROUPS - 1).get(random.nextInt(5)),
              bytes(random, keyLength),
              bytes(random, namespaceLength),
              bytes(random, random.nextInt(3)));
      if (map.put(concat(prefix(keys, namespaces, entry), entry.suffix), entry) == null) {
        entries.add(entry);
      }
    }
    for (Entry entry : entries) {
      byte[] prefix = prefix(keys, namespaces, entry);
      assertThat(map.subMap(prefix, EntryKeyFormat.endOf(prefix)).values())
          .as("beneath the prefix of a key and namespace")
          .containsExactlyInAnyOrderElementsOf(
              map.values().stream()
                  .filter(
                      other ->
                          other.keyGroup == entry.keyGroup
                              && Arrays.equals(other.key, entry.key)
                              && Arrays.equals(other.namespace, entry.namespace))
                  .toList());
      byte[] group = EntryKeyFormat.keyGroupPrefix(entry.keyGroup);
      assertThat(map.subMap(group, EntryKeyFormat.endOf(group)).values())
          .as("beneath the prefix of a key group")
          .containsExactlyInAnyOrderElementsOf(
              map.values().stream().filter(other -> other.keyGroup == entry.keyGroup).toList());
    }
    EntryCursor cursor =
        new EntryKeyFormat<>(keys, namespaces)
            .cursor(
                map.entrySet().stream()
                    .map(entry -> Map.entry(entry.getKey(), entry.getValue().suffix))
                    .iterator());
    for (Entry entry : map.values()) {
      assertThat(cursor.next()).isTrue();
      BinaryOutput namespace = new BinaryOutput();
      cursor.writeNamespace(namespace);
      assertThat(namespace.toByteArray()).isEqualTo(entry.namespace);
      for (int times = 0; times < 2; times++) {
        BinaryOutput key = new BinaryOutput();
        cursor.writeKey(key);
        assertThat(key.toByteArray()).isEqualTo(entry.key);
      }
      BinaryOutput value = new BinaryOutput();
      cursor.writeValue(value);
      assertThat(value.toByteArray()).isEqualTo(entry.suffix);
    }
    assertThat(cursor.next()).isFalse();
  }

  @Test
  void writePrefix_ofALoadedEntry() {
    Entry entry = new Entry(300, new byte[] {1, 2, 3}, new byte[] {4}, new byte[0]);
    BinaryOutput out = new BinaryOutput();
    BinaryInput key = new BinaryInput();
    key.reset(new byte[] {9, 1, 2, 3, 9}, 1, 4);
    BinaryInput namespace = new BinaryInput(entry.namespace);
    new EntryKeyFormat<>(ANY, ANY)
        .writePrefix(
            300,
            new EntrySource() {
              @Override
              public boolean next() {
                throw new AssertionError("the caller moves the source");
              }

              @Override
              public long entryCount() {
                return 1;
              }

              @Override
              public BinaryInput key() {
                return key;
              }

              @Override
              public BinaryInput namespace() {
                return namespace;
              }

              @Override
              public BinaryInput value() {
                throw new AssertionError("the value is no part of a prefix");
              }
            },
            out);
    assertThat(out.toByteArray()).isEqualTo(prefix(ANY, ANY, entry));
    assertThat(key.remaining()).as("the window was not moved").isEqualTo(3);
  }

  @Test
  void writePrefix_namespaceOfAnotherLengthThanDeclared() {
    Entry entry = new Entry(0, new byte[4], new byte[3], new byte[0]);
    assertThatThrownBy(() -> prefix(FOUR, FOUR, entry))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fixedLength=4, written=3");
  }
}
