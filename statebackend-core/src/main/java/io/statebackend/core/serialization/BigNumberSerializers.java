// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static io.statebackend.api.TypeSerializer.VARIABLE_LENGTH;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import java.math.BigDecimal;
import java.math.BigInteger;

/** The serializers of numbers of any size. */
final class BigNumberSerializers {
  private BigNumberSerializers() {}

  static TypeSerializer<BigInteger> bigInteger() {
    return new ValueSerializer<>(
        "bigint",
        VARIABLE_LENGTH,
        BigNumberSerializers::writeBigInteger,
        BigNumberSerializers::readBigInteger);
  }

  static TypeSerializer<BigDecimal> bigDecimal() {
    return new ValueSerializer<>(
        "decimal",
        VARIABLE_LENGTH,
        (value, out) -> {
          out.writeInt(value.scale());
          writeBigInteger(value.unscaledValue(), out);
        },
        in -> {
          int scale = in.readInt();
          return new BigDecimal(readBigInteger(in), scale);
        });
  }

  private static void writeBigInteger(BigInteger value, BinaryOutput out) {
    byte[] bytes = value.toByteArray();
    out.writeVarInt(bytes.length);
    out.write(bytes, 0, bytes.length);
  }

  private static BigInteger readBigInteger(BinaryInput in) {
    int length = in.readLength();
    int from = in.position();
    in.skip(length);
    byte[] bytes = in.array();
    boolean shortest =
        length == 1
            || (length > 1 && bytes[from] != 0 && bytes[from] != -1)
            || (length > 1 && bytes[from] < 0 != bytes[from + 1] < 0);
    if (!shortest) {
      throw new CorruptStateException("not the shortest form of a bigint: length=" + length);
    }
    return new BigInteger(bytes, from, length);
  }
}
