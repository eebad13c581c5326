// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StateEntries;
import io.statebackend.core.reader.StateEntry;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Values that are typed in are those that are shown. */
final class ValueParserTest {
  /** The JDK shows decimals that it cannot read back. */
  private static final Pattern DECIMAL_OF_ANY_SCALE = Pattern.compile("E[+-][0-9]{10}");

  @TempDir private Path directory;

  /** Every value of the golden types, shown and typed in again, has the same bytes. */
  @Test
  void parse_whatIsShown_hasTheSameBytes() {
    Goldens.checkpointOf("types-v1-jdk17.bin", directory);
    int count = 0;
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(directory);
        CheckpointReader reader = CheckpointReader.openLatest(storage);
        StateEntries entries = reader.entries(reader.operators().get(0))) {
      for (StateEntry entry = entries.next(); entry != null; entry = entries.next()) {
        TypeSchema schema = entry.state().value();
        String shown = Json.text(JsonTree.of(entry.value()));
        if (canBeTyped(schema) && !DECIMAL_OF_ANY_SCALE.matcher(shown).find()) {
          Object typed = ValueParser.parse(schema, shown);
          assertThat(bytes(schema, typed))
              .as("%s: %s", schema, shown)
              .isEqualTo(bytes(schema, entry.value()));
          count++;
        }
      }
    }
    assertThat(count).isGreaterThan(1_500);
  }

  private static boolean canBeTyped(TypeSchema schema) {
    String text = schema.toString();
    // An empty optional in an optional, or in a field that may be null, looks like null; years
    // beyond those of the JDK's
    // texts, and parts that are void, are shown only.
    return !text.contains("locale")
        && !text.contains("(optional(")
        && !text.contains("year-month")
        && !text.contains("void");
  }

  private static byte[] bytes(TypeSchema schema, Object value) {
    TypeSerializer<Object> serializer = Serializers.ofSchema(schema);
    BinaryOutput out = new BinaryOutput();
    serializer.serialize(value, out);
    return out.toByteArray();
  }

  @Test
  void parse_textWithoutQuotes_isTakenWhereTheTypeIsAText() {
    assertThat(ValueParser.parse(TypeSchema.parse("string"), "berlin")).isEqualTo("berlin");
    assertThat(ValueParser.parse(TypeSchema.parse("string"), "\"42\"")).isEqualTo("42");
    assertThat(ValueParser.parse(TypeSchema.parse("int64"), "42")).isEqualTo(42L);
    assertThat(ValueParser.parse(TypeSchema.parse("uuid"), "00000000-0000-0001-0000-000000000002"))
        .isEqualTo(new UUID(1, 2));
    assertThat(ValueParser.parse(TypeSchema.parse("optional(int32)"), "null"))
        .isEqualTo(Optional.empty());
  }

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "int8|300",
        "int32|1.5",
        "int64|true",
        "bool|1",
        "uuid|17",
        "list(int32)|7",
        "list(int32)|[true]",
        "enum \"E\"(\"A\")|B",
        "record \"R\"(\"a\": int32)|{}",
        "record \"R\"(\"a\": int32)|{\"a\":1,\"b\":2}",
        "union \"U\"(\"A\": int32)|{\"B\":1}",
        "instant|yesterday",
        "kryo \"K\"|{}",
        "new-word|1"
      })
  void parse_noValueOfTheType_isRefused(String schema, String text) {
    assertThatThrownBy(() -> ValueParser.parse(TypeSchema.parse(schema), text))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
