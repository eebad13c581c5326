// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.LongEncodedSerializer;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LongEncodedSerializersTest {

  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 0x0123456789abcdefL, Long.MIN_VALUE, Long.MAX_VALUE})
  void isBigEndianLong_writesTheNumber(long number) {
    assertWritesNumber(Serializers.LONG, number);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, 1.5, Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE})
  void isBigEndianLong_doubles(double value) {
    assertWritesNumber(Serializers.DOUBLE, value);
  }

  private static <T> void assertWritesNumber(LongEncodedSerializer<T> serializer, T value) {
    assertThat(serializer.isBigEndianLong()).isTrue();
    BinaryOutput out = new BinaryOutput();
    serializer.serialize(value, out);
    byte[] number = ByteBuffer.allocate(Long.BYTES).putLong(serializer.toLong(value)).array();
    assertThat(out.toByteArray()).isEqualTo(number);
  }
}
