// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.ConvertingReader;
import io.statebackend.core.serialization.schema.Path;
import io.statebackend.core.serialization.schema.StoredType;
import io.statebackend.core.serialization.schema.Words;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The numbers that stored numbers can become without losing anything. */
final class Widening {

  /** By the declared type, by the stored type. */
  private static final Map<String, Map<String, TypeSerializer<?>>> READERS =
      Map.of(
          Words.INT16,
          Map.of(Words.INT8, reader(new PrimitiveSerializers.OfByte(), Byte::shortValue)),
          Words.INT32,
          Map.of(
              Words.INT8, reader(new PrimitiveSerializers.OfByte(), Byte::intValue),
              Words.INT16, reader(new PrimitiveSerializers.OfShort(), Short::intValue),
              Words.CHAR16, reader(new PrimitiveSerializers.OfChar(), c -> (int) c)),
          Words.INT64,
          Map.of(
              Words.INT8, reader(new PrimitiveSerializers.OfByte(), Byte::longValue),
              Words.INT16, reader(new PrimitiveSerializers.OfShort(), Short::longValue),
              Words.CHAR16, reader(new PrimitiveSerializers.OfChar(), c -> (long) c),
              Words.INT32, reader(new PrimitiveSerializers.OfInt(), Integer::longValue)),
          Words.FLOAT32,
          Map.of(
              Words.INT8, reader(new PrimitiveSerializers.OfByte(), Byte::floatValue),
              Words.INT16, reader(new PrimitiveSerializers.OfShort(), Short::floatValue)),
          Words.FLOAT64,
          Map.of(
              Words.INT8, reader(new PrimitiveSerializers.OfByte(), Byte::doubleValue),
              Words.INT16, reader(new PrimitiveSerializers.OfShort(), Short::doubleValue),
              Words.INT32, reader(new PrimitiveSerializers.OfInt(), Integer::doubleValue),
              Words.FLOAT32, reader(new PrimitiveSerializers.OfFloat(), Float::doubleValue)),
          Words.BIGINT,
          Map.of(
              Words.INT8,
                  reader(new PrimitiveSerializers.OfByte(), n -> BigInteger.valueOf(n.longValue())),
              Words.INT16,
                  reader(
                      new PrimitiveSerializers.OfShort(), n -> BigInteger.valueOf(n.longValue())),
              Words.INT32,
                  reader(new PrimitiveSerializers.OfInt(), n -> BigInteger.valueOf(n.longValue())),
              Words.INT64,
                  reader(
                      new PrimitiveSerializers.OfLong(), n -> BigInteger.valueOf(n.longValue()))),
          Words.DECIMAL,
          Map.of(
              Words.INT8,
                  reader(new PrimitiveSerializers.OfByte(), n -> BigDecimal.valueOf(n.longValue())),
              Words.INT16,
                  reader(
                      new PrimitiveSerializers.OfShort(), n -> BigDecimal.valueOf(n.longValue())),
              Words.INT32,
                  reader(new PrimitiveSerializers.OfInt(), n -> BigDecimal.valueOf(n.longValue())),
              Words.INT64,
                  reader(new PrimitiveSerializers.OfLong(), n -> BigDecimal.valueOf(n.longValue())),
              Words.BIGINT, reader(BigNumberSerializers.bigInteger(), BigDecimal::new)));

  private Widening() {}

  private static <S, T> TypeSerializer<T> reader(
      TypeSerializer<S> stored, Function<S, T> conversion) {
    return new ConvertingReader<>(stored, conversion);
  }

  /** Answers for a simple type: the same one, a wider one, or another one. */
  static <T> Compatibility<T> answer(TypeSerializer<T> declared, StoredType stored, Path path) {
    if (declared.schema().equals(stored.schema())) {
      return Compatibility.asIs();
    }
    @Nullable TypeSerializer<?> reader =
        stored.members().isEmpty()
            ? READERS.getOrDefault(declared.schema().type(), Map.of()).get(stored.type())
            : null;
    if (reader == null) {
      return path.differs(stored, declared.schema());
    }
    @SuppressWarnings("unchecked") // The table has it under the word of the declared type.
    TypeSerializer<T> typed = (TypeSerializer<T>) reader;
    return Compatibility.afterMigration(typed);
  }
}
