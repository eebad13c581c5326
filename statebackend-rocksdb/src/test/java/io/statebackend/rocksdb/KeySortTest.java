// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The order is that of bytes without signs, and of addition where keys are the same. */
final class KeySortTest {

  /** An item, as a sort gives it back. */
  private record Item(int source, int at, String key) {}

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 15, 16, 17, 100, 20_000})
  void sort_random(int count) {
    KeySort sort = new KeySort();
    for (int seed = 0; seed < (count > 1_000 ? 2 : 20); seed++) {
      assertSorts(sort, count, new Random(seed));
    }
  }

  private static void assertSorts(KeySort sort, int count, Random random) {
    byte[][] sources = {new byte[count * 16 + 16], new byte[count * 16 + 16]};
    sort.begin(sources);
    List<Item> expected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int source = i * 2 / count;
      int length = random.nextInt(13);
      byte[] key = new byte[length];
      for (int k = 0; k < length; k++) {
        // Few different bytes, so that keys are the same, or begin alike.
        key[k] = (byte) (k < 8 ? random.nextInt(2) * 0xff : random.nextInt(256));
      }
      System.arraycopy(key, 0, sources[source], i * 16 + 1, length);
      sort.add(source, i * 16, i * 16 + 1, length);
      expected.add(new Item(source, i * 16, hex(key)));
    }
    expected.sort(Comparator.comparing(Item::key));

    sort.sort();

    List<Item> found = new ArrayList<>();
    for (int i = 0; i < sort.count(); i++) {
      byte[] source = sources[sort.sourceOf(i)];
      byte[] key = Arrays.copyOfRange(source, sort.at(i) + 1, sort.keyEnd(i));
      found.add(new Item(sort.sourceOf(i), sort.at(i), hex(key)));
    }
    assertThat(found).isEqualTo(expected);
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  /** Orders that are bad for a pivot in the middle, or at an end, end as soon as others. */
  @ParameterizedTest
  @ValueSource(strings = {"ascending", "descending", "organ pipe", "all the same"})
  void sort_awkwardOrder(String order) {
    int count = 200_000;
    byte[] source = new byte[count * Integer.BYTES];
    KeySort sort = new KeySort();
    sort.begin(source);
    for (int i = 0; i < count; i++) {
      int key =
          switch (order) {
            case "ascending" -> i;
            case "descending" -> count - i;
            case "organ pipe" -> Math.min(i, count - i);
            default -> 7;
          };
      for (int k = 0; k < Integer.BYTES; k++) {
        source[i * Integer.BYTES + k] = (byte) (key >> (24 - 8 * k));
      }
      sort.add(0, i, i * Integer.BYTES, Integer.BYTES);
    }

    sort.sort();

    for (int i = 1; i < count; i++) {
      int one = sort.keyEnd(i - 1) - Integer.BYTES;
      int other = sort.keyEnd(i) - Integer.BYTES;
      int compared =
          Arrays.compareUnsigned(
              source, one, one + Integer.BYTES, source, other, other + Integer.BYTES);
      assertThat(compared < 0 || (compared == 0 && sort.at(i - 1) < sort.at(i))).isTrue();
    }
  }
}
