// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import static io.statebackend.api.TypeSerializer.VARIABLE_LENGTH;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.Words;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;

/** The serializers of numbers of any size. */
public final class BigNumberSerializers {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private BigNumberSerializers() {}

  public static TypeSerializer<BigInteger> bigInteger() {
    return new ValueSerializer<>(
        Words.BIGINT,
        VARIABLE_LENGTH,
        BigNumberSerializers::writeBigInteger,
        BigNumberSerializers::readBigInteger);
  }

  public static TypeSerializer<BigDecimal> bigDecimal() {
    return new ValueSerializer<>(
        Words.DECIMAL,
        VARIABLE_LENGTH,
        (value, out) -> {
          out.writeInt(value.scale());
          writeBigInteger(value.unscaledValue(), out);
        },
        in -> {
          int scale = in.readInt();
          int length = readLength(in);
          return length <= Long.BYTES
              ? BigDecimal.valueOf(readLong(length, in), scale)
              : new BigDecimal(readLarge(length, in), scale);
        });
  }

  private static void writeBigInteger(BigInteger value, BinaryOutput out) {
    int bits = value.bitLength();
    if (bits < Long.SIZE) {
      writeLong(value.longValue(), bits / Byte.SIZE + 1, out);
      return;
    }
    byte[] bytes = value.toByteArray();
    out.writeVarInt(bytes.length);
    out.write(bytes, 0, bytes.length);
  }

  /** Writes the lowest bytes of a number. */
  private static void writeLong(long value, int length, BinaryOutput out) {
    int from = out.position();
    out.writeByte(length);
    out.writeLong(value << (Long.SIZE - Byte.SIZE * length));
    out.truncate(from + 1 + length);
  }

  private static BigInteger readBigInteger(BinaryInput in) {
    int length = readLength(in);
    return length <= Long.BYTES ? BigInteger.valueOf(readLong(length, in)) : readLarge(length, in);
  }

  /** Reads the length and looks at the bytes that follow. */
  private static int readLength(BinaryInput in) {
    int length = in.readLength();
    int from = in.position();
    byte[] bytes = in.array();
    boolean shortest =
        length == 1
            || (length > 1 && bytes[from] != 0 && bytes[from] != -1)
            || (length > 1 && bytes[from] < 0 != bytes[from + 1] < 0);
    if (!shortest) {
      throw new CorruptStateException("not the shortest form of a bigint: length=" + length);
    }
    return length;
  }

  private static long readLong(int length, BinaryInput in) {
    int from = in.position();
    in.skip(length);
    byte[] bytes = in.array();
    if (bytes.length - from >= Long.BYTES) {
      return (long) LONG.get(bytes, from) >> (Long.SIZE - Byte.SIZE * length);
    }
    long value = bytes[from];
    for (int i = 1; i < length; i++) {
      value = value << Byte.SIZE | (bytes[from + i] & 0xff);
    }
    return value;
  }

  private static BigInteger readLarge(int length, BinaryInput in) {
    int from = in.position();
    in.skip(length);
    return new BigInteger(in.array(), from, length);
  }
}
