// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import org.junit.jupiter.api.Test;

final class EnumSerializerTest {
  private enum Color {
    RED,
    GREEN {
      @Override
      public String toString() {
        return "grass";
      }
    },
    BLUE
  }

  private enum Empty {}

  private static final TypeSerializer<Color> COLORS = Serializers.enums(Color.class);

  @Test
  void schema_namesConstants() {
    assertThat(COLORS.schema())
        .hasToString(
            "enum \"io.statebackend.core.serialization.EnumSerializerTest$Color\""
                + "(\"RED\", \"GREEN\", \"BLUE\")");
    assertThat(Serializers.enums(Empty.class).schema().members()).isEmpty();
  }

  @Test
  void serialize_isTheString() {
    assertThat(Bytes.of(COLORS, Color.GREEN)).isEqualTo(Bytes.of(Serializers.STRING, "GREEN"));
    assertThat(COLORS.stableHash(Color.GREEN)).isEqualTo(Serializers.STRING.stableHash("GREEN"));
  }

  @Test
  void compatibility_otherOrderAndNewConstants() {
    assertThat(COLORS.compatibility(TypeSchema.parse("enum \"Moved\"(\"BLUE\", \"RED\")")))
        .isEqualTo(Compatibility.asIs());
  }

  @Test
  void compatibility_removedConstant_isAnErrorWhereItOccurs() {
    TypeSchema stored = TypeSchema.parse("enum \"Color\"(\"RED\", \"PINK\", \"BLUE\")");
    Compatibility<Color> answer = COLORS.compatibility(stored);
    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    TypeSerializer<Color> reader = ((Compatibility.AfterMigration<Color>) answer).reader();

    assertThat(Bytes.read(reader, Bytes.of(Serializers.STRING, "BLUE"))).isEqualTo(Color.BLUE);
    assertThatThrownBy(() -> Bytes.read(reader, Bytes.of(Serializers.STRING, "PINK")))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessage(
            "enum constant 'PINK' of io.statebackend.core.serialization.EnumSerializerTest$Color is"
                + " in the stored state and is no constant any more: declare it again, or name"
                + " it as a former name of another");
  }

  @Test
  void deserialize_noConstant() {
    assertThatThrownBy(() -> Bytes.read(COLORS, Bytes.of(Serializers.STRING, "grass")))
        .isInstanceOf(CorruptStateException.class)
        .hasMessage(
            "not a constant of enum io.statebackend.core.serialization.EnumSerializerTest$Color:"
                + " name='grass'");
    assertThatThrownBy(() -> Bytes.read(Serializers.enums(Empty.class), new byte[] {0}))
        .isInstanceOf(CorruptStateException.class);
  }
}
