// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.TypeSchema.Member;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TypeSchemaTest {

  @Test
  void toString_record() {
    TypeSchema schema =
        TypeSchema.named(
            "record",
            "com.example.Order",
            List.of(
                new Member("id", TypeSchema.of("int64")),
                new Member("notes", TypeSchema.of("list", TypeSchema.of("string")))));
    assertThat(schema)
        .hasToString("record \"com.example.Order\"(\"id\": int64, \"notes\": list(string))");
    assertThat(TypeSchema.parse(schema.toString())).isEqualTo(schema);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "int64",
        "x-1",
        "map(string, list(float64))",
        "enum \"Color\"(\"RED\", \"GREEN\")",
        "record \"\"(\"\": int64)",
        "record \"a \\\"b\\\" \\\\ c\"(\"(\": bool)",
        "record \"\u00e4\uD83C\uDF50\uD800\""
      })
  void parse_whatToStringWrote(String text) {
    assertThat(TypeSchema.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "Int64",
        "int64 ",
        " int64",
        "list(",
        "list()",
        "list(int64",
        "list(int64,int64)",
        "list(int64, )",
        "list(int64))",
        "a \"b",
        "a \"b\\",
        "a \"b\\\"",
        "a b",
        "a(\"b\":c)",
        "a(\"b\": )",
        "int64x!"
      })
  void parse_otherText(String text) {
    assertThatThrownBy(() -> TypeSchema.parse(text))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("expected")
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void parse_everyPrefixAndChange() {
    String text = "record \"a\\\"b\"(\"x\": map(string, int64), \"y\": enum \"E\"(\"A\", \"B\"))";
    for (int i = 0; i < text.length(); i++) {
      parseOrRefuse(text.substring(0, i));
      for (char c : "a(),: \"\\Z\0".toCharArray()) {
        parseOrRefuse(text.substring(0, i) + c + text.substring(i + 1));
      }
    }
  }

  private static void parseOrRefuse(String text) {
    TypeSchema schema;
    try {
      schema = TypeSchema.parse(text);
    } catch (CorruptStateException e) {
      assertThat(e).hasMessageContaining("schema");
      return;
    }
    assertThat(TypeSchema.parse(schema.toString())).isEqualTo(schema);
  }

  @Test
  void parse_depth() {
    String atLimit = "list(".repeat(63) + "int64" + ")".repeat(63);
    assertThat(TypeSchema.parse(atLimit)).hasToString(atLimit);
    String deeper = "list(" + atLimit + ")";
    assertThatThrownBy(() -> TypeSchema.parse(deeper))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("64");
  }

  @Test
  void parse_tooLong() {
    assertThatThrownBy(() -> TypeSchema.parse("a".repeat((1 << 20) + 1)))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("too long");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Int", "a b", "a\"", "\u00e4"})
  void create_badType(String type) {
    assertThatThrownBy(() -> TypeSchema.of(type))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("type=" + type);
  }

  @Test
  void member_empty() {
    assertThatThrownBy(() -> new Member(null, null)).isInstanceOf(IllegalArgumentException.class);
  }
}
