// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
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
final class PrimitiveArraySerializer<A> implements BuiltInSerializer<A> {
  private final TypeSerializer<?> element;
  private final IntFunction<A> empty;
  private final TypeSchema schema;
  private final int elementLength;
  private final ToIntFunction<A> length;
  private final BiConsumer<A, BinaryOutput> writer;
  private final BiFunction<Integer, BinaryInput, A> reader;
  private final UnaryOperator<A> copier;
  private final BiPredicate<A, A> equality;

  private PrimitiveArraySerializer(
      TypeSerializer<?> element,
      IntFunction<A> empty,
      ToIntFunction<A> length,
      BiConsumer<A, BinaryOutput> writer,
      BiFunction<Integer, BinaryInput, A> reader,
      UnaryOperator<A> copier,
      BiPredicate<A, A> equality) {
    this.element = element;
    this.empty = empty;
    this.schema = TypeSchema.of(ArraySerializer.TYPE, element.schema());
    this.elementLength = element.fixedLength();
    this.length = length;
    this.writer = writer;
    this.reader = reader;
    this.copier = copier;
    this.equality = equality;
  }

  static TypeSerializer<boolean[]> booleans() {
    return new PrimitiveArraySerializer<>(
        Serializers.BOOLEAN,
        boolean[]::new,
        array -> array.length,
        (array, out) -> {
          for (boolean value : array) {
            out.writeBoolean(value);
          }
        },
        (count, in) -> {
          boolean[] array = new boolean[count];
          for (int i = 0; i < array.length; i++) {
            array[i] = in.readBoolean();
          }
          return array;
        },
        boolean[]::clone,
        Arrays::equals);
  }

  static TypeSerializer<short[]> shorts() {
    return new PrimitiveArraySerializer<>(
        Serializers.SHORT,
        short[]::new,
        array -> array.length,
        (array, out) -> {
          for (short value : array) {
            out.writeShort(value);
          }
        },
        (count, in) -> {
          short[] array = new short[count];
          for (int i = 0; i < array.length; i++) {
            array[i] = in.readShort();
          }
          return array;
        },
        short[]::clone,
        Arrays::equals);
  }

  static TypeSerializer<char[]> chars() {
    return new PrimitiveArraySerializer<>(
        Serializers.CHAR,
        char[]::new,
        array -> array.length,
        (array, out) -> {
          for (char value : array) {
            out.writeShort(value);
          }
        },
        (count, in) -> {
          char[] array = new char[count];
          for (int i = 0; i < array.length; i++) {
            array[i] = (char) in.readShort();
          }
          return array;
        },
        char[]::clone,
        Arrays::equals);
  }

  static TypeSerializer<int[]> ints() {
    return new PrimitiveArraySerializer<>(
        Serializers.INT,
        int[]::new,
        array -> array.length,
        (array, out) -> {
          for (int value : array) {
            out.writeInt(value);
          }
        },
        (count, in) -> {
          int[] array = new int[count];
          for (int i = 0; i < array.length; i++) {
            array[i] = in.readInt();
          }
          return array;
        },
        int[]::clone,
        Arrays::equals);
  }

  static TypeSerializer<long[]> longs() {
    return new PrimitiveArraySerializer<>(
        Serializers.LONG,
        long[]::new,
        array -> array.length,
        (array, out) -> {
          for (long value : array) {
            out.writeLong(value);
          }
        },
        (count, in) -> {
          long[] array = new long[count];
          for (int i = 0; i < array.length; i++) {
            array[i] = in.readLong();
          }
          return array;
        },
        long[]::clone,
        Arrays::equals);
  }

  static TypeSerializer<float[]> floats() {
    return new PrimitiveArraySerializer<>(
        Serializers.FLOAT,
        float[]::new,
        array -> array.length,
        (array, out) -> {
          for (float value : array) {
            out.writeFloat(value);
          }
        },
        (count, in) -> {
          float[] array = new float[count];
          for (int i = 0; i < array.length; i++) {
            array[i] = in.readFloat();
          }
          return array;
        },
        float[]::clone,
        Arrays::equals);
  }

  static TypeSerializer<double[]> doubles() {
    return new PrimitiveArraySerializer<>(
        Serializers.DOUBLE,
        double[]::new,
        array -> array.length,
        (array, out) -> {
          for (double value : array) {
            out.writeDouble(value);
          }
        },
        (count, in) -> {
          double[] array = new double[count];
          for (int i = 0; i < array.length; i++) {
            array[i] = in.readDouble();
          }
          return array;
        },
        double[]::clone,
        Arrays::equals);
  }

  @Override
  public void serialize(A value, BinaryOutput out) {
    int count = length.applyAsInt(value);
    ElementsLayout.writeCount(count, out);
    if (count <= (Integer.MAX_VALUE - 8) / elementLength) {
      out.reserve(count * elementLength);
    }
    writer.accept(value, out);
  }

  @Override
  public A deserialize(BinaryInput in) {
    return reader.apply(ElementsLayout.readCount(in, elementLength), in);
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
  public Compatibility<A> compatibility(TypeSchema stored, Path path) {
    if (!Parts.isElements(stored)) {
      return path.differs(stored, schema);
    }
    return ofElements(path.elements().compare(element, Parts.schema(stored, 0)));
  }

  private <E> Compatibility<A> ofElements(Compatibility<E> answer) {
    return Parts.compose(
        answer,
        elementReader ->
            new ConvertingReader<>(new ListSerializer<>(elementReader), this::arrayOf));
  }

  private A arrayOf(List<?> elements) {
    A array = empty.apply(elements.size());
    for (int i = 0; i < elements.size(); i++) {
      Array.set(array, i, elements.get(i));
    }
    return array;
  }
}
