// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.LongEncodedSerializer;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.schema.Words;

/**
 * The serializers of the primitive types in their boxes. One class each, so that the calls in a hot
 * loop have one target.
 */
public final class PrimitiveSerializers {
  private PrimitiveSerializers() {}

  public static final class OfBoolean
      implements SimpleSerializer<Boolean>, LongEncodedSerializer<Boolean> {
    private static final TypeSchema SCHEMA = TypeSchema.of(Words.BOOL);

    @Override
    public void serialize(Boolean value, BinaryOutput out) {
      out.writeBoolean(value);
    }

    @Override
    public Boolean deserialize(BinaryInput in) {
      return in.readBoolean();
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
    public int fixedLength() {
      return 1;
    }

    @Override
    public TypeSchema schema() {
      return SCHEMA;
    }
  }

  public static final class OfByte implements SimpleSerializer<Byte>, LongEncodedSerializer<Byte> {
    private static final TypeSchema SCHEMA = TypeSchema.of(Words.INT8);

    @Override
    public void serialize(Byte value, BinaryOutput out) {
      out.writeByte(value);
    }

    @Override
    public Byte deserialize(BinaryInput in) {
      return in.readByte();
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
    public int fixedLength() {
      return Byte.BYTES;
    }

    @Override
    public TypeSchema schema() {
      return SCHEMA;
    }
  }

  public static final class OfShort
      implements SimpleSerializer<Short>, LongEncodedSerializer<Short> {
    private static final TypeSchema SCHEMA = TypeSchema.of(Words.INT16);

    @Override
    public void serialize(Short value, BinaryOutput out) {
      out.writeShort(value);
    }

    @Override
    public Short deserialize(BinaryInput in) {
      return in.readShort();
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
    public int fixedLength() {
      return Short.BYTES;
    }

    @Override
    public TypeSchema schema() {
      return SCHEMA;
    }
  }

  public static final class OfChar
      implements SimpleSerializer<Character>, LongEncodedSerializer<Character> {
    private static final TypeSchema SCHEMA = TypeSchema.of(Words.CHAR16);

    @Override
    public void serialize(Character value, BinaryOutput out) {
      out.writeShort(value);
    }

    @Override
    public Character deserialize(BinaryInput in) {
      return (char) in.readShort();
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
    public int fixedLength() {
      return Character.BYTES;
    }

    @Override
    public TypeSchema schema() {
      return SCHEMA;
    }
  }

  public static final class OfInt
      implements SimpleSerializer<Integer>, LongEncodedSerializer<Integer> {
    private static final TypeSchema SCHEMA = TypeSchema.of(Words.INT32);

    @Override
    public void serialize(Integer value, BinaryOutput out) {
      out.writeInt(value);
    }

    @Override
    public Integer deserialize(BinaryInput in) {
      return in.readInt();
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
    public int fixedLength() {
      return Integer.BYTES;
    }

    @Override
    public TypeSchema schema() {
      return SCHEMA;
    }
  }

  public static final class OfLong implements SimpleSerializer<Long>, LongEncodedSerializer<Long> {
    private static final TypeSchema SCHEMA = TypeSchema.of(Words.INT64);

    @Override
    public void serialize(Long value, BinaryOutput out) {
      out.writeLong(value);
    }

    @Override
    public Long deserialize(BinaryInput in) {
      return in.readLong();
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
    public int fixedLength() {
      return Long.BYTES;
    }

    @Override
    public boolean isBigEndianLong() {
      return true;
    }

    @Override
    public TypeSchema schema() {
      return SCHEMA;
    }
  }

  public static final class OfFloat
      implements SimpleSerializer<Float>, LongEncodedSerializer<Float> {
    private static final TypeSchema SCHEMA = TypeSchema.of(Words.FLOAT32);

    @Override
    public void serialize(Float value, BinaryOutput out) {
      out.writeFloat(value);
    }

    @Override
    public Float deserialize(BinaryInput in) {
      return in.readFloat();
    }

    @Override
    public long toLong(Float value) {
      return Float.floatToIntBits(value);
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
    public int fixedLength() {
      return Float.BYTES;
    }

    @Override
    public TypeSchema schema() {
      return SCHEMA;
    }
  }

  public static final class OfDouble
      implements SimpleSerializer<Double>, LongEncodedSerializer<Double> {
    private static final TypeSchema SCHEMA = TypeSchema.of(Words.FLOAT64);

    @Override
    public void serialize(Double value, BinaryOutput out) {
      out.writeDouble(value);
    }

    @Override
    public Double deserialize(BinaryInput in) {
      return in.readDouble();
    }

    @Override
    public long toLong(Double value) {
      return Double.doubleToLongBits(value);
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
    public int fixedLength() {
      return Double.BYTES;
    }

    @Override
    public boolean isBigEndianLong() {
      return true;
    }

    @Override
    public TypeSchema schema() {
      return SCHEMA;
    }
  }
}
