// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The one text of each value, as docs/format/json-v1.md has it. */
final class JsonTest {

  private static Stream<Arguments> values() {
    return Stream.of(
        Arguments.of(0.0, "0.0"),
        Arguments.of(-0.0, "-0.0"),
        Arguments.of(1.0, "1.0"),
        Arguments.of(0.1, "0.1"),
        Arguments.of(-1234.5, "-1234.5"),
        Arguments.of(1e15, "1000000000000000.0"),
        Arguments.of(1e16, "1e+16"),
        Arguments.of(0.0001, "0.0001"),
        Arguments.of(0.00001, "1e-05"),
        Arguments.of(2e-3, "0.002"),
        Arguments.of(1.7976931348623157e308, "1.7976931348623157e+308"),
        Arguments.of(Double.MIN_VALUE, "4.94065645841247e-324"),
        Arguments.of(2.2250738585072014e-308, "2.2250738585072014e-308"),
        Arguments.of(Double.NaN, "\"NaN\""),
        Arguments.of(Double.NEGATIVE_INFINITY, "\"-Infinity\""),
        Arguments.of(0.1f, "0.1"),
        Arguments.of(16777216f, "16777216.0"),
        Arguments.of(3.4028235e38f, "3.4028235e+38"),
        Arguments.of(Long.MIN_VALUE, "-9223372036854775808"),
        Arguments.of(
            new BigInteger("123456789012345678901234567890"), "123456789012345678901234567890"),
        Arguments.of(new BigDecimal("1.50"), "\"1.50\""),
        Arguments.of(new BigDecimal("1E+3"), "\"1E+3\""),
        Arguments.of('x', "\"x\""),
        Arguments.of(
            "a\"b\\c\n\u001b[31m\u0085\ud800!", "\"a\\\"b\\\\c\\n\\u001b[31m\\u0085\\ud800!\""),
        Arguments.of("Birne \uD83C\uDF50", "\"Birne \uD83C\uDF50\""),
        Arguments.of(new byte[] {0, (byte) 0xff}, "\"00ff\""),
        Arguments.of(Instant.EPOCH, "\"1970-01-01T00:00:00Z\""),
        Arguments.of(Instant.ofEpochSecond(-1, 1_000), "\"1969-12-31T23:59:59.000001Z\""),
        Arguments.of(Instant.MIN, "\"-1000000000-01-01T00:00:00Z\""),
        Arguments.of(LocalDate.of(0, 2, 29), "\"0000-02-29\""),
        Arguments.of(LocalDate.of(12_345, 1, 1), "\"+12345-01-01\""),
        Arguments.of(LocalTime.of(13, 5), "\"13:05:00\""),
        Arguments.of(Duration.ofMillis(-500), "\"PT-0.500S\""),
        Arguments.of(Duration.ZERO, "\"PT0S\""),
        Arguments.of(
            OffsetDateTime.parse("2026-11-29T10:00+02:00"), "\"2026-11-29T10:00:00+02:00\""),
        Arguments.of(List.of(), "[]"),
        Arguments.of(List.of(1, List.of(2)), "[1,[2]]"),
        Arguments.of(Map.of(), "{}"),
        Arguments.of(Map.of("a", true), "{\"a\":true}"),
        Arguments.of(Map.of(7L, "x"), "[[7,\"x\"]]"));
  }

  @ParameterizedTest(name = "{1}")
  @MethodSource("values")
  void text_value_isTheOneOfTheFormat(Object value, String text) {
    assertThat(Json.text(JsonTree.of(value))).isEqualTo(text);
  }

  @Test
  void text_anyDouble_isTheSameDoubleAgain() {
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      if (Double.isFinite(value)) {
        assertThat(Double.parseDouble(Json.text(value))).isEqualTo(value);
      }
      float single = Float.intBitsToFloat(random.nextInt());
      if (Float.isFinite(single)) {
        assertThat(Float.parseFloat(Json.text(single))).isEqualTo(single);
      }
    }
  }

  @Test
  void parse_whatWasWritten_isTheSameTree() {
    String text = "{\"a\":[1,-2,\"x\\n\\u0041\",true,null,{}],\"b\":1.5}";
    assertThat(Json.text(JsonParser.parse(" " + text + " ")))
        .isEqualTo(text.replace("\\u0041", "A"));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"", "{", "[1,]", "\"", "tru", "1 2", "{\"a\" 1}", "\"\\x\"", "\"\\u12\""})
  void parse_noJson_saysWhere(String text) {
    assertThatThrownBy(() -> JsonParser.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not JSON");
  }
}
