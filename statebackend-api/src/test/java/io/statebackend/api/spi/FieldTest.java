// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FieldTest {

  private static final TestBytes VARIABLE = new TestBytes(TypeSerializer.VARIABLE_LENGTH);

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 127, 128, 129, 16383, 16384, 2097151, 2097152, 3000000})
  void write_variableLength(int length) {
    byte[] value = new byte[length];
    new Random(length).nextBytes(value);
    BinaryOutput out = new BinaryOutput(0);
    out.writeInt(7);
    Field.write(VARIABLE, value, out);
    out.writeInt(8);

    BinaryInput in = new BinaryInput(out.toByteArray());
    assertThat(in.readInt()).isEqualTo(7);
    assertThat(Field.length(TypeSerializer.VARIABLE_LENGTH, in)).isEqualTo(length);
    assertThat(in.readBytes(length)).isEqualTo(value);
    assertThat(in.readInt()).isEqualTo(8);
    assertThat(in.remaining()).isZero();
  }

  @Test
  void write_fixedLength() {
    BinaryOutput out = new BinaryOutput();
    Field.write(new TestBytes(3), new byte[] {1, 2, 3}, out);
    assertThat(out.toByteArray()).containsExactly(1, 2, 3);
    assertThat(Field.read(new TestBytes(3), new BinaryInput(out.toByteArray())))
        .containsExactly(1, 2, 3);
  }

  @Test
  void write_otherThanTheFixedLength() {
    assertThatThrownBy(() -> Field.write(new TestBytes(3), new byte[4], new BinaryOutput()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fixedLength=3, written=4");
  }

  @Test
  void read_otherLengthThanWritten() {
    BinaryInput in = new BinaryInput(new byte[] {3, 1, 2, 3, 4});
    assertThatThrownBy(() -> Field.read(VARIABLE, in))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("type=bytes, written=3, read=4");
  }

  @Test
  void length_cutShort() {
    assertThatThrownBy(() -> Field.length(4, new BinaryInput(new byte[3])))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("length=4, remaining=3");
    assertThatThrownBy(() -> Field.length(-1, new BinaryInput(new byte[] {3, 1, 2})))
        .isInstanceOf(CorruptStateException.class);
    assertThatThrownBy(() -> Field.length(-1, new BinaryInput(new byte[0])))
        .isInstanceOf(CorruptStateException.class);
  }
}
