// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateKind;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OptionsTest {

  private static Options options(String value) {
    return Options.of("a test", Map.of("name", value));
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "17,17",
    "1b,1",
    "1 bytes,1",
    "64 kb,65536",
    "64k,65536",
    "64 KiB,65536",
    "3mb,3145728",
    "3 MIB,3145728",
    "2g,2147483648",
    "1 tb,1099511627776"
  })
  void bytes_ofEveryUnit(String text, long bytes) {
    assertThat(options(" " + text + " ").bytes("name")).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "250,PT0.25S",
    "250 ms,PT0.25S",
    "10s,PT10S",
    "10 sec,PT10S",
    "1 m,PT1M",
    "5 min,PT5M",
    "2 hours,PT2H",
    "1 d,PT24H",
    "PT90S,PT1M30S",
    "7 us,PT0.000007S",
    "7 ns,PT0.000000007S"
  })
  void duration_ofEveryUnit(String text, Duration time) {
    assertThat(options(text).duration("name")).isEqualTo(time);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "x", "-1", "1.5mb", "1 xb", "99999999999999999999", "99999999999 tb", "1 m b"})
  void anyWrongQuantity_isRefusedByNameAndValue(String text) {
    refuses(text, options -> options.bytes("name"));
    refuses(text, options -> options.duration("name"));
    refuses(text, options -> options.smallBytes("name"));
  }

  private static void refuses(String text, Function<Options, Object> read) {
    assertThatThrownBy(() -> read.apply(options(text)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'name' of a test")
        .hasMessageContaining("actual='" + text + "'");
  }

  @Test
  void smallBytes_tooMany_isRefused() {
    assertThat(options("2047mb").smallBytes("name")).isEqualTo(2047 << 20);
    refuses("2gb", options -> options.smallBytes("name"));
  }

  @Test
  void otherTypes() {
    assertThat(options("TRUE").flag("name")).isTrue();
    assertThat(options("false").flag("name")).isFalse();
    refuses("yes", options -> options.flag("name"));
    assertThat(options("-3").integer("name")).isEqualTo(-3);
    refuses("3.5", options -> options.integer("name"));
    assertThat(options("3.5").number("name")).isEqualTo(3.5);
    refuses("three", options -> options.number("name"));
    assertThat(options("value").constant("name", StateKind.class)).isEqualTo(StateKind.VALUE);
    refuses("valu", options -> options.constant("name", StateKind.class));
  }

  @Test
  void notGiven_isNull() {
    Options options = Options.of("a test", Map.of());
    assertThat(options.text("name")).isNull();
    assertThat(options.flag("name")).isNull();
    assertThat(options.integer("name")).isNull();
    assertThat(options.number("name")).isNull();
    assertThat(options.bytes("name")).isNull();
    assertThat(options.smallBytes("name")).isNull();
    assertThat(options.duration("name")).isNull();
    assertThat(options.constant("name", StateKind.class)).isNull();
  }

  @Test
  void checkNoneUnknown_namesTheNearest() {
    Options options = Options.of("a test", Map.of("retaned", "3"));
    options.text("timeout");
    options.integer("retained");
    assertThatThrownBy(options::checkNoneUnknown)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "unknown setting 'retaned' of a test; did you mean 'retained'? Known are [retained,"
                + " timeout]");
    options.text("retaned");
    assertThatCode(options::checkNoneUnknown).doesNotThrowAnyException();
  }

  @Test
  void nearest_countsChanges() {
    assertThat(Options.nearest("kitten", Set.of("sitting", "mitten"))).isEqualTo("mitten");
    assertThat(Options.nearest("", Set.of("abc", "a"))).isEqualTo("a");
    assertThatThrownBy(() -> Options.nearest("a", Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
