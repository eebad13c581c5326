// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class BinaryInputOutputTest {

  private static String hex(Consumer<BinaryOutput> writer) {
    BinaryOutput out = new BinaryOutput(0);
    writer.accept(out);
    return HexFormat.of().formatHex(out.toByteArray());
  }

  private static BinaryInput input(String hex) {
    return new BinaryInput(HexFormat.of().parseHex(hex));
  }

  @Test
  void numbers_bigEndian() {
    assertThat(hex(out -> out.writeByte(0x1ff))).isEqualTo("ff");
    assertThat(hex(out -> out.writeShort(0x10102))).isEqualTo("0102");
    assertThat(hex(out -> out.writeInt(0x01020304))).isEqualTo("01020304");
    assertThat(hex(out -> out.writeLong(-2))).isEqualTo("fffffffffffffffe");
    assertThat(hex(out -> out.writeFloat(1.5f))).isEqualTo("3fc00000");
    assertThat(hex(out -> out.writeDouble(-0.0))).isEqualTo("8000000000000000");
    assertThat(hex(out -> out.writeDouble(Double.longBitsToDouble(0x7ff8000000000001L))))
        .isEqualTo("7ff8000000000000");
    assertThat(hex(out -> out.writeBoolean(true))).isEqualTo("01");

    BinaryInput in = input("ff" + "fffe" + "01020304" + "fffffffffffffffe" + "3fc00000" + "00");
    assertThat(in.readByte()).isEqualTo((byte) -1);
    assertThat(in.readShort()).isEqualTo((short) -2);
    assertThat(in.readInt()).isEqualTo(0x01020304);
    assertThat(in.readLong()).isEqualTo(-2);
    assertThat(in.readFloat()).isEqualTo(1.5f);
    assertThat(in.readBoolean()).isFalse();
    assertThat(in.remaining()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "127, 7f",
    "128, 8001",
    "16383, ff7f",
    "16384, 808001",
    "2147483647, ffffffff07",
    "-2147483648, 8080808008",
    "-1, ffffffff0f"
  })
  void varInt_edges(int value, String hex) {
    assertThat(hex(out -> out.writeVarInt(value))).isEqualTo(hex);
    BinaryInput in = input(hex);
    assertThat(in.readVarInt()).isEqualTo(value);
    assertThat(in.remaining()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "0, 00",
    "127, 7f",
    "128, 8001",
    "4294967296, 8080808010",
    "9223372036854775807, ffffffffffffffff7f",
    "-9223372036854775808, 80808080808080808001",
    "-1, ffffffffffffffffff01"
  })
  void varLong_edges(long value, String hex) {
    assertThat(hex(out -> out.writeVarLong(value))).isEqualTo(hex);
    BinaryInput in = input(hex);
    assertThat(in.readVarLong()).isEqualTo(value);
    assertThat(in.remaining()).isZero();
  }

  @Test
  void varInt_anyValue() {
    Random random = new Random(3);
    for (int i = 0; i < 10_000; i++) {
      int number = random.nextInt() >>> random.nextInt(32);
      long large = random.nextLong() >>> random.nextInt(64);
      BinaryOutput out = new BinaryOutput();
      out.writeVarInt(number);
      out.writeVarLong(large);
      BinaryInput in = new BinaryInput(out.toByteArray());
      assertThat(in.readVarInt()).isEqualTo(number);
      assertThat(in.readVarLong()).isEqualTo(large);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "80", "ffffffff", "ffffffff10", "ffffffff8f00", "8080808080"})
  void readVarInt_damaged(String hex) {
    assertThatThrownBy(() -> input(hex).readVarInt()).isInstanceOf(CorruptStateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "80", "ffffffffffffffffff", "ffffffffffffffffff02", "80808080808080808080"})
  void readVarLong_damaged(String hex) {
    assertThatThrownBy(() -> input(hex).readVarLong()).isInstanceOf(CorruptStateException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 00",
    "abc, 03616263",
    "\u007f, 017f",
    "\u0080, 02c280",
    "\u07ff, 02dfbf",
    "\u0800, 03e0a080",
    "\uffff, 03efbfbf",
    "\uD83C\uDF50, 04f09f8d90",
    "\uDBFF\uDFFF, 04f48fbfbf"
  })
  void string_edges(String value, String hex) {
    assertThat(hex(out -> out.writeString(value))).isEqualTo(hex);
    BinaryInput in = input(hex);
    assertThat(in.readString()).isEqualTo(value);
    assertThat(in.remaining()).isZero();
  }

  @Test
  void string_unpairedSurrogates() {
    for (String value :
        List.of("\uD800", "\uDC00", "a\uD800", "\uDC00\uD800", "\uD800\uD800\uDC00", "\uDC00b")) {
      BinaryOutput out = new BinaryOutput();
      out.writeString(value);
      assertThat(new BinaryInput(out.toByteArray()).readString()).isEqualTo(value);
    }
  }

  @Test
  void string_anyChars() {
    Random random = new Random(4);
    for (int round = 0; round < 5_000; round++) {
      char[] chars = new char[random.nextInt(40)];
      int bits = 1 + random.nextInt(16);
      for (int i = 0; i < chars.length; i++) {
        chars[i] =
            (char)
                (random.nextBoolean() ? random.nextInt(1 << bits) : 0xD700 + random.nextInt(0xA00));
      }
      String value = new String(chars);
      BinaryOutput out = new BinaryOutput(0);
      out.writeString(value);
      BinaryInput in = new BinaryInput(out.toByteArray());
      assertThat(in.readString()).isEqualTo(value);
      assertThat(in.remaining()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "01",
        "ffffffff07",
        "ffffffff0f",
        "0180",
        "01c2",
        "02c200",
        "02c080",
        "03e08080",
        "03e080",
        "04f0808080",
        "04f4908080",
        "01ff",
        "01f8",
        "03e0a0c0"
      })
  void readString_damaged(String hex) {
    assertThatThrownBy(() -> input(hex).readString()).isInstanceOf(CorruptStateException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"01", "ffffffff07", "ffffffff0f"})
  void readLength_moreThanRemains(String hex) {
    assertThatThrownBy(() -> input(hex).readLength())
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("remaining=0");
  }

  @Test
  void read_pastTheWindow() {
    BinaryInput in = new BinaryInput();
    in.reset(new byte[100], 10, 11);
    assertThatThrownBy(in::readShort).isInstanceOf(CorruptStateException.class);
    assertThatThrownBy(in::readInt).isInstanceOf(CorruptStateException.class);
    assertThatThrownBy(in::readLong).isInstanceOf(CorruptStateException.class);
    assertThatThrownBy(() -> in.readBytes(2)).isInstanceOf(CorruptStateException.class);
    assertThatThrownBy(() -> in.readBytes(-1)).isInstanceOf(CorruptStateException.class);
    assertThatThrownBy(() -> in.skip(2)).isInstanceOf(CorruptStateException.class);
    assertThat(in.position()).isEqualTo(10);
    in.skip(1);
    assertThatThrownBy(in::readByte).isInstanceOf(CorruptStateException.class);
    assertThatThrownBy(() -> in.reset(new byte[3], 2, 4))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void readBoolean_other() {
    assertThatThrownBy(() -> input("02").readBoolean())
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("actual=2");
  }

  @Test
  void truncate_outOfRange() {
    BinaryOutput out = new BinaryOutput();
    out.writeInt(1);
    out.truncate(2);
    assertThat(out.toByteArray()).hasSize(2);
    assertThatThrownBy(() -> out.truncate(3)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> out.truncate(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void reserve_beyondTheLimit() {
    BinaryOutput out = new BinaryOutput();
    out.writeByte(1);
    assertThatThrownBy(() -> out.reserve(Integer.MAX_VALUE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("2 GiB");
    assertThat(out.position()).isEqualTo(1);
  }
}
