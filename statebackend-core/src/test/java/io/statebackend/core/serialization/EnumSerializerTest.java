// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.FormerNames;
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

  private enum Ambiguous {
    @FormerNames("B")
    A,
    B
  }

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
  void serialize_isTheIndex() {
    assertThat(Bytes.of(COLORS, Color.GREEN)).containsExactly(1);
    assertThat(COLORS.fixedLength()).isEqualTo(1);
    assertThat(COLORS.stableHash(Color.GREEN)).isEqualTo(Serializers.STRING.stableHash("GREEN"));
  }

  private static Color migrate(TypeSchema stored, int index) {
    Compatibility<Color> answer = COLORS.compatibility(stored);
    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    TypeSerializer<Color> reader = ((Compatibility.AfterMigration<Color>) answer).reader();
    return Bytes.read(reader, new byte[] {(byte) index});
  }

  @Test
  void compatibility_newConstantsAtTheEnd() {
    assertThat(COLORS.compatibility(TypeSchema.parse("enum \"Moved\"(\"RED\", \"GREEN\")")))
        .isEqualTo(Compatibility.asIs());
  }

  @Test
  void compatibility_otherOrder() {
    TypeSchema stored = TypeSchema.parse("enum \"Moved\"(\"BLUE\", \"RED\")");
    assertThat(migrate(stored, 0)).isEqualTo(Color.BLUE);
    assertThat(migrate(stored, 1)).isEqualTo(Color.RED);
  }

  @Test
  void compatibility_removedConstant_isAnErrorWhereItOccurs() {
    TypeSchema stored = TypeSchema.parse("enum \"Color\"(\"RED\", \"PINK\", \"BLUE\")");

    assertThat(migrate(stored, 2)).isEqualTo(Color.BLUE);
    assertThatThrownBy(() -> migrate(stored, 1))
        .isInstanceOf(IncompatibleStateException.class)
        .hasMessage(
            "enum constant 'PINK' of io.statebackend.core.serialization.EnumSerializerTest$Color is"
                + " in the stored state and is no constant any more: declare it again, or name it"
                + " as a former name of another");
    assertThatThrownBy(() -> migrate(stored, 3)).isInstanceOf(CorruptStateException.class);
  }

  @Test
  void compatibility_moreConstantsThanAByteTells() {
    StringBuilder names = new StringBuilder("\"RED\", \"GREEN\", \"BLUE\"");
    for (int i = 0; i < 200; i++) {
      names.append(", \"C").append(i).append('"');
    }
    TypeSchema stored = TypeSchema.parse("enum \"Color\"(" + names + ")");
    Compatibility<Color> answer = COLORS.compatibility(stored);
    assertThat(answer).isInstanceOf(Compatibility.AfterMigration.class);
    TypeSerializer<Color> reader = ((Compatibility.AfterMigration<Color>) answer).reader();
    assertThat(reader.fixedLength()).isEqualTo(TypeSerializer.VARIABLE_LENGTH);
    assertThat(migrate(stored, 2)).isEqualTo(Color.BLUE);
  }

  @Test
  void formerName_isTaken() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Serializers.enums(Ambiguous.class))
        .withMessage(
            "former name 'B' of constant"
                + " io.statebackend.core.serialization.EnumSerializerTest$Ambiguous.A is taken: a"
                + " name stands for one constant");
  }

  @Test
  void deserialize_noConstant() {
    assertThatThrownBy(() -> Bytes.read(COLORS, new byte[] {3}))
        .isInstanceOf(CorruptStateException.class)
        .hasMessage(
            "not a constant of enum"
                + " \"io.statebackend.core.serialization.EnumSerializerTest$Color\": index=3,"
                + " constants=3");
    assertThatThrownBy(() -> Bytes.read(COLORS, new byte[] {-1, -1, -1, -1, 15}))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("index=4294967295");
    assertThatThrownBy(() -> Bytes.read(Serializers.enums(Empty.class), new byte[] {0}))
        .isInstanceOf(CorruptStateException.class);
  }
}
