// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The test cases of RFC 5869 with SHA-256. */
final class HkdfTest {
  private static void check(String input, String salt, String info, String expected) {
    byte[] derived = Hkdf.derive(bytes(input), bytes(salt), bytes(info), expected.length() / 2);
    assertThat(HexFormat.of().formatHex(derived)).isEqualTo(expected);
  }

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @Test
  void derive_basicCase() {
    check(
        "0b".repeat(22),
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  }

  @Test
  void derive_longInputs() {
    check(
        range(0x00, 0x4f),
        range(0x60, 0xaf),
        range(0xb0, 0xff),
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
            + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
            + "cc30c58179ec3e87c14c01d5c1f3434f1d87");
  }

  private static String range(int first, int last) {
    StringBuilder hex = new StringBuilder();
    for (int value = first; value <= last; value++) {
      hex.append("%02x".formatted(value));
    }
    return hex.toString();
  }

  @Test
  void derive_noSaltAndNoInfo() {
    check(
        "0b".repeat(22),
        "",
        "",
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  }

  @Test
  void derive_lengthThatThereIsNot() {
    for (int length : new int[] {0, -1, 255 * 32 + 1}) {
      assertThatThrownBy(() -> Hkdf.derive(new byte[1], new byte[1], new byte[1], length))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
