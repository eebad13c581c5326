// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.LongEncodedSerializer;
import org.apache.flink.api.common.typeutils.base.BooleanSerializer;
import org.apache.flink.api.common.typeutils.base.ByteSerializer;
import org.apache.flink.api.common.typeutils.base.CharSerializer;
import org.apache.flink.api.common.typeutils.base.DoubleSerializer;
import org.apache.flink.api.common.typeutils.base.FloatSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.common.typeutils.base.ShortSerializer;

/**
 * Values that are numbers of at most 64 bits, in the form in which Flink writes them. Thread-safe.
 *
 * @param <T> the type of the values
 */
abstract class Numbers<T> extends Wrapped<T> implements LongEncodedSerializer<T> {
  private final int length;

  private Numbers(org.apache.flink.api.common.typeutils.TypeSerializer<T> flink, int length) {
    super(flink);
    this.length = length;
  }

  @Override
  public abstract void serializeLong(long number, BinaryOutput out);

  abstract long deserializeLong(BinaryInput in);

  @Override
  public final void serialize(T value, BinaryOutput out) {
    serializeLong(toLong(value), out);
  }

  @Override
  public final T deserialize(BinaryInput in) {
    return fromLong(deserializeLong(in));
  }

  @Override
  public final int fixedLength() {
    return length;
  }

  @Override
  public final boolean isImmutable() {
    return true;
  }

  @Override
  public final T copy(T value) {
    return value;
  }

  @Override
  public final boolean equal(T a, T b) {
    return LongEncodedSerializer.super.equal(a, b);
  }

  @Override
  public final long stableHash(T value) {
    return LongEncodedSerializer.super.stableHash(value);
  }

  @Override
  public final Numbers<T> duplicate() {
    return this;
  }

  /** Numbers of 64 bits. */
  static final class OfLong extends Numbers<Long> {
    OfLong(LongSerializer flink) {
      super(flink, Long.BYTES);
    }

    @Override
    public long toLong(Long value) {
      return value;
    }

    @Override
    public Long fromLong(long number) {
      return number;
    }

    @Override
    public void serializeLong(long number, BinaryOutput out) {
      out.writeLong(number);
    }

    @Override
    long deserializeLong(BinaryInput in) {
      return in.readLong();
    }

    @Override
    public boolean isBigEndianLong() {
      return true;
    }
  }

  /** Numbers of 32 bits. */
  static final class OfInt extends Numbers<Integer> {
    OfInt(IntSerializer flink) {
      super(flink, Integer.BYTES);
    }

    @Override
    public long toLong(Integer value) {
      return value;
    }

    @Override
    public Integer fromLong(long number) {
      return (int) number;
    }

    @Override
    public void serializeLong(long number, BinaryOutput out) {
      out.writeInt((int) number);
    }

    @Override
    long deserializeLong(BinaryInput in) {
      return in.readInt();
    }
  }

  /** Numbers of 16 bits. */
  static final class OfShort extends Numbers<Short> {
    OfShort(ShortSerializer flink) {
      super(flink, Short.BYTES);
    }

    @Override
    public long toLong(Short value) {
      return value;
    }

    @Override
    public Short fromLong(long number) {
      return (short) number;
    }

    @Override
    public void serializeLong(long number, BinaryOutput out) {
      out.writeShort((int) number);
    }

    @Override
    long deserializeLong(BinaryInput in) {
      return in.readShort();
    }
  }

  /** Numbers of 8 bits. */
  static final class OfByte extends Numbers<Byte> {
    OfByte(ByteSerializer flink) {
      super(flink, Byte.BYTES);
    }

    @Override
    public long toLong(Byte value) {
      return value;
    }

    @Override
    public Byte fromLong(long number) {
      return (byte) number;
    }

    @Override
    public void serializeLong(long number, BinaryOutput out) {
      out.writeByte((int) number);
    }

    @Override
    long deserializeLong(BinaryInput in) {
      return in.readByte();
    }
  }

  /** Characters. */
  static final class OfChar extends Numbers<Character> {
    OfChar(CharSerializer flink) {
      super(flink, Character.BYTES);
    }

    @Override
    public long toLong(Character value) {
      return value;
    }

    @Override
    public Character fromLong(long number) {
      return (char) number;
    }

    @Override
    public void serializeLong(long number, BinaryOutput out) {
      out.writeShort((int) number);
    }

    @Override
    long deserializeLong(BinaryInput in) {
      return in.readShort() & 0xFFFFL;
    }
  }

  /** Truth values. */
  static final class OfBoolean extends Numbers<Boolean> {
    OfBoolean(BooleanSerializer flink) {
      super(flink, Byte.BYTES);
    }

    @Override
    public long toLong(Boolean value) {
      return value ? 1 : 0;
    }

    @Override
    public Boolean fromLong(long number) {
      return number != 0;
    }

    @Override
    public void serializeLong(long number, BinaryOutput out) {
      out.writeBoolean(number != 0);
    }

    @Override
    long deserializeLong(BinaryInput in) {
      return in.readBoolean() ? 1 : 0;
    }
  }

  /** Floating-point numbers of 64 bits, told apart by their bits. */
  static final class OfDouble extends Numbers<Double> {
    OfDouble(DoubleSerializer flink) {
      super(flink, Long.BYTES);
    }

    @Override
    public long toLong(Double value) {
      return Double.doubleToRawLongBits(value);
    }

    @Override
    public Double fromLong(long number) {
      return Double.longBitsToDouble(number);
    }

    @Override
    public void serializeLong(long number, BinaryOutput out) {
      out.writeLong(number);
    }

    @Override
    long deserializeLong(BinaryInput in) {
      return in.readLong();
    }

    @Override
    public boolean isBigEndianLong() {
      return true;
    }
  }

  /** Floating-point numbers of 32 bits, told apart by their bits. */
  static final class OfFloat extends Numbers<Float> {
    OfFloat(FloatSerializer flink) {
      super(flink, Integer.BYTES);
    }

    @Override
    public long toLong(Float value) {
      return Float.floatToRawIntBits(value);
    }

    @Override
    public Float fromLong(long number) {
      return Float.intBitsToFloat((int) number);
    }

    @Override
    public void serializeLong(long number, BinaryOutput out) {
      out.writeInt((int) number);
    }

    @Override
    long deserializeLong(BinaryInput in) {
      return in.readInt();
    }
  }
}
