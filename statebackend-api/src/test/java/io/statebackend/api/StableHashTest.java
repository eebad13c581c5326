// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Holds the code to docs/format/stable-hash-v1.md. */
final class StableHashTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0000000000000000, 0, 0",
    "1, 5692161d100b05e5, 101, 61",
    "-1, b4d055fcf2cbbd7b, 123, 39",
    "42, a759ea27d4727622, 34, 90",
    "9223372036854775807, 5a682afe7965debd, 61, 93",
    "-9223372036854775808, 25c26ea579cea98a, 10, 54"
  })
  void ofLong_vectors(long value, String hash, int keyGroupOf128, int keyGroupOf100) {
    assertHash(StableHash.ofLong(value), hash, keyGroupOf128, keyGroupOf100);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0000000000000000, 0, 0",
    "a, 8e2bd008288d7e49, 73, 45",
    "abc, ad47b4c571e1a6a7, 39, 71",
    "order-4711, 7096974a2cc09833, 51, 79",
    "\u00e4\uD83C\uDF50, 19e19866627519ca, 74, 82"
  })
  void ofString_vectors(String value, String hash, int keyGroupOf128, int keyGroupOf100) {
    assertHash(StableHash.ofString(value), hash, keyGroupOf128, keyGroupOf100);
  }

  private static void assertHash(long actual, String hash, int keyGroupOf128, int keyGroupOf100) {
    assertThat(actual).isEqualTo(Long.parseUnsignedLong(hash, 16));
    assertThat(StableHash.keyGroup(actual, 128)).isEqualTo(keyGroupOf128);
    assertThat(StableHash.keyGroup(actual, 100)).isEqualTo(keyGroupOf100);
  }

  @ParameterizedTest
  @CsvSource({
    "0, ef46db3751d8e999",
    "1, e934a84adb052768",
    "3, e5c7bb4533bc65dd",
    "4, ffced8604453cc1e",
    "8, 884a173614b81b8d",
    "14, 5cda8b69bbfc1d45",
    "31, c346d2b59b4d8ee1",
    "32, cbf59c5116ff32b4",
    "33, 0c535d1acafb8ead",
    "64, f7c67301db6713f0",
    "101, e99038495f85381e"
  })
  void ofBytes_vectors(int length, String hash) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) i;
    }
    assertThat(StableHash.ofBytes(bytes, 0, length)).isEqualTo(Long.parseUnsignedLong(hash, 16));
  }

  @ParameterizedTest
  @CsvSource({"abc, 44bc2cf5ad770999", "Nobody inspects the spammish repetition, fbcea83c8a378bf1"})
  void ofBytes_vectorsOfXxHash(String text, String hash) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    assertThat(StableHash.ofBytes(bytes, 0, bytes.length))
        .isEqualTo(Long.parseUnsignedLong(hash, 16));
  }

  @Test
  void ofBytes_partOfAnArray() {
    byte[] whole = new byte[200];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = (byte) (i * 7);
    }
    for (int offset = 0; offset < 9; offset++) {
      for (int length = 0; length < 70; length++) {
        byte[] part = Arrays.copyOfRange(whole, offset, offset + length);
        assertThat(StableHash.ofBytes(whole, offset, length))
            .isEqualTo(StableHash.ofBytes(part, 0, length));
      }
    }
  }

  @Test
  void ofBytes_outOfBounds() {
    assertThatThrownBy(() -> StableHash.ofBytes(new byte[4], 2, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> StableHash.ofBytes(new byte[4], -1, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void keyGroup_anyHash() {
    for (long hash : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x80000000L, 0xFFFFFFFFL}) {
      for (int maxParallelism : new int[] {1, 2, 3, 127, 128, 32768}) {
        long expected = (hash & 0x7FFFFFFFL) % maxParallelism;
        assertThat(StableHash.keyGroup(hash, maxParallelism)).isEqualTo((int) expected);
      }
    }
  }
}
