// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CompactSerializer;
import io.statebackend.core.serialization.types.StringSerializer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class CompactSerializersTest {
  private static final StringSerializer SERIALIZER = new StringSerializer();

  /** No two are equal; some differ in the high byte of a character only. */
  private static final List<String> STRINGS =
      List.of(
          "",
          "a",
          "b",
          "ab",
          "a\0",
          "\u007f",
          "\u0080",
          "\u00ff",
          "\u0100",
          "\u0161",
          "\uff61",
          "a\u00e9",
          "a\u01e9",
          "\ud83d\ude00",
          "\ud83d",
          "x".repeat(100_000),
          "x".repeat(100_000) + "\u0101");

  static Stream<String> strings() {
    return STRINGS.stream();
  }

  @ParameterizedTest
  @MethodSource("strings")
  void expand_ofCompact_isTheValue(String value) {
    CompactSerializer<String> serializer = SERIALIZER;
    Object compact = serializer.compact(value);
    assertThat(serializer.expand(compact)).isEqualTo(value);
    assertThat(serializer.compact(new String(value))).isEqualTo(compact);
  }

  @ParameterizedTest
  @MethodSource("strings")
  void isCompactOf_everyOther_onlyItself(String value) {
    Object compact = SERIALIZER.compact(value);
    for (String other : STRINGS) {
      assertThat(SERIALIZER.isCompactOf(compact, new String(other)))
          .as("compact form of %s, compared with %s", value, other)
          .isEqualTo(value.equals(other));
    }
  }

  @ParameterizedTest
  @MethodSource("strings")
  void serializeCompact_sameBytes(String value) {
    BinaryOutput ofValue = new BinaryOutput();
    BinaryOutput ofCompact = new BinaryOutput();
    SERIALIZER.serialize(value, ofValue);
    SERIALIZER.serializeCompact(SERIALIZER.compact(value), ofCompact);
    assertThat(ofCompact.toByteArray()).isEqualTo(ofValue.toByteArray());
  }
}
