// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What is said of bytes that have the right checksums and still are no entries. */
final class DamagedBytesTest {
  private static final int VARIES = -1;

  @Test
  void checkedEnd_lengthBeyondTheRow() {
    byte[] field = {3, 'a', 'b', 'c'};
    assertThat(Fields.checkedEnd(field, 0, 4, VARIES)).isEqualTo(4);
    assertThatThrownBy(() -> Fields.checkedEnd(field, 0, 3, VARIES))
        .isInstanceOf(CorruptStateException.class);
    assertThatThrownBy(() -> Fields.checkedEnd(field, 0, 4, Long.BYTES))
        .isInstanceOf(CorruptStateException.class);
    byte[] endless = {-1, -1, -1, -1, -1, -1, -1};
    assertThatThrownBy(() -> Fields.checkedEnd(endless, 0, 7, VARIES))
        .isInstanceOf(CorruptStateException.class);
  }

  @Test
  void values_anyBytes_areSoundOrRefused() {
    Random random = new Random(7);
    TableFormat[] formats = {
      new TableFormat("lists", TableFormat.Kind.LIST, VARIES, VARIES, 0, VARIES),
      new TableFormat("maps", TableFormat.Kind.MAP, VARIES, VARIES, VARIES, VARIES),
      new TableFormat("numbers", TableFormat.Kind.MAP, 8, 0, 8, 8)
    };
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(40)];
      for (int at = 0; at < bytes.length; at++) {
        bytes[at] = (byte) (random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(5));
      }
      TableFormat format = formats[i % formats.length];
      try {
        boolean ignored = PagedValue.isSound(format, random.nextBoolean(), bytes, 0, bytes.length);
        ignored |= format.keyParts().isSound(bytes, 0, bytes.length, random.nextBoolean());
      } catch (CorruptStateException e) {
        assertThat(e).hasMessageContaining("pair");
      }
    }
  }
}
