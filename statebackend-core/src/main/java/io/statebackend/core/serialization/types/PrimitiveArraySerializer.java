// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.BuiltInSerializer;
import io.statebackend.core.serialization.schema.ConvertingReader;
import io.statebackend.core.serialization.schema.Parts;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.SerializedHash;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Array;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.IntFunction;
import java.util.function.ToIntFunction;
import java.util.function.UnaryOperator;

/**
 * Arrays of a primitive type, in the form of {@link ElementsLayout}: the bytes of an {@code int[]}
 * are those of an {@code Integer[]}.
 *
 * @param <A> the type of the arrays
 */
public final class PrimitiveArraySerializer<A> implements BuiltInSerializer<A> {
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle CHAR = view(char[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  /** Writes the elements of an array into bytes from an index on. */
  private interface Writer<A> {
    void write(A array, byte[] bytes, int at);
  }

  /** Reads the elements of an array from bytes. */
  private interface Reader<A> {
    void read(A array, byte[] bytes, int at);
  }

  private final TypeSerializer<?> element;
  private final IntFunction<A> empty;
  private final TypeSchema schema;
  private final int elementLength;
  private final ToIntFunction<A> length;
  private final Writer<A> writer;
  private final Reader<A> reader;
  private final UnaryOperator<A> copier;
  private final BiPredicate<A, A> equality;

  private PrimitiveArraySerializer(
      TypeSerializer<?> element,
      IntFunction<A> empty,
      ToIntFunction<A> length,
      Writer<A> writer,
      Reader<A> reader,
      UnaryOperator<A> copier,
      BiPredicate<A, A> equality) {
    this.element = element;
    this.empty = empty;
    this.schema = TypeSchema.of(Words.ARRAY, element.schema());
    this.elementLength = element.fixedLength();
    this.length = length;
    this.writer = writer;
    this.reader = reader;
    this.copier = copier;
    this.equality = equality;
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.BIG_ENDIAN);
  }

  private static boolean booleanOf(byte value) {
    if (value >>> 1 != 0) {
      throw new CorruptStateException("not a boolean: expected=0 or 1, actual=" + value);
    }
    return value != 0;
  }

  public static TypeSerializer<boolean[]> booleans() {
    return new PrimitiveArraySerializer<>(
        new PrimitiveSerializers.OfBoolean(),
        boolean[]::new,
        array -> array.length,
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            bytes[at + i] = (byte) (array[i] ? 1 : 0);
          }
        },
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = booleanOf(bytes[at + i]);
          }
        },
        boolean[]::clone,
        Arrays::equals);
  }

  public static TypeSerializer<short[]> shorts() {
    return new PrimitiveArraySerializer<>(
        new PrimitiveSerializers.OfShort(),
        short[]::new,
        array -> array.length,
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            SHORT.set(bytes, at + i * Short.BYTES, array[i]);
          }
        },
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = (short) SHORT.get(bytes, at + i * Short.BYTES);
          }
        },
        short[]::clone,
        Arrays::equals);
  }

  public static TypeSerializer<char[]> chars() {
    return new PrimitiveArraySerializer<>(
        new PrimitiveSerializers.OfChar(),
        char[]::new,
        array -> array.length,
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            CHAR.set(bytes, at + i * Character.BYTES, array[i]);
          }
        },
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = (char) CHAR.get(bytes, at + i * Character.BYTES);
          }
        },
        char[]::clone,
        Arrays::equals);
  }

  public static TypeSerializer<int[]> ints() {
    return new PrimitiveArraySerializer<>(
        new PrimitiveSerializers.OfInt(),
        int[]::new,
        array -> array.length,
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            INT.set(bytes, at + i * Integer.BYTES, array[i]);
          }
        },
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = (int) INT.get(bytes, at + i * Integer.BYTES);
          }
        },
        int[]::clone,
        Arrays::equals);
  }

  public static TypeSerializer<long[]> longs() {
    return new PrimitiveArraySerializer<>(
        new PrimitiveSerializers.OfLong(),
        long[]::new,
        array -> array.length,
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            LONG.set(bytes, at + i * Long.BYTES, array[i]);
          }
        },
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = (long) LONG.get(bytes, at + i * Long.BYTES);
          }
        },
        long[]::clone,
        Arrays::equals);
  }

  public static TypeSerializer<float[]> floats() {
    return new PrimitiveArraySerializer<>(
        new PrimitiveSerializers.OfFloat(),
        float[]::new,
        array -> array.length,
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            INT.set(bytes, at + i * Float.BYTES, Float.floatToIntBits(array[i]));
          }
        },
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = Float.intBitsToFloat((int) INT.get(bytes, at + i * Float.BYTES));
          }
        },
        float[]::clone,
        Arrays::equals);
  }

  public static TypeSerializer<double[]> doubles() {
    return new PrimitiveArraySerializer<>(
        new PrimitiveSerializers.OfDouble(),
        double[]::new,
        array -> array.length,
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            LONG.set(bytes, at + i * Double.BYTES, Double.doubleToLongBits(array[i]));
          }
        },
        (array, bytes, at) -> {
          for (int i = 0; i < array.length; i++) {
            array[i] = Double.longBitsToDouble((long) LONG.get(bytes, at + i * Double.BYTES));
          }
        },
        double[]::clone,
        Arrays::equals);
  }

  @Override
  public void serialize(A value, BinaryOutput out) {
    int count = length.applyAsInt(value);
    ElementsLayout.writeCount(count, out);
    int at = out.advance((long) count * elementLength);
    writer.write(value, out.array(), at);
  }

  @Override
  public A deserialize(BinaryInput in) {
    int count = ElementsLayout.readCount(in, elementLength);
    int at = in.position();
    in.skip(count * elementLength);
    A array = empty.apply(count);
    reader.read(array, in.array(), at);
    return array;
  }

  @Override
  public boolean isImmutable() {
    return false;
  }

  @Override
  public A copy(A value) {
    return copier.apply(value);
  }

  @Override
  public long stableHash(A value) {
    return SerializedHash.of(this, value);
  }

  @Override
  public boolean equal(A a, A b) {
    return equality.test(a, b);
  }

  @Override
  public TypeSchema schema() {
    return schema;
  }

  /** {@inheritDoc} Lists and sets have the same form. */
  @Override
  public Compatibility<A> compatibility(StoredType stored, Path path) {
    if (!stored.isElements()) {
      return path.differs(stored, schema);
    }
    return ofElements(path.elements().compareElement(element, stored.part(0)));
  }

  private <E> Compatibility<A> ofElements(Compatibility<E> answer) {
    return Parts.compose(
        answer,
        elementReader ->
            new ConvertingReader<>(CollectionSerializer.list(elementReader), this::arrayOf));
  }

  private A arrayOf(List<?> elements) {
    A array = empty.apply(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Array.set(array, i, elements.get(i));
    }
    return array;
  }
}
