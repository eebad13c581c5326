// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSerializer;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The numbers that stored numbers can become without losing anything. */
final class Widening {
  private static final String INT8 = "int8";
  private static final String INT16 = "int16";
  private static final String INT32 = "int32";
  private static final String INT64 = "int64";
  private static final String CHAR16 = "char16";
  private static final String FLOAT32 = "float32";
  private static final String BIGINT = "bigint";

  /** By the declared type, by the stored type. */
  private static final Map<String, Map<String, TypeSerializer<?>>> READERS =
      Map.of(
          INT16,
          Map.of(INT8, reader(Serializers.BYTE, Byte::shortValue)),
          INT32,
          Map.of(
              INT8, reader(Serializers.BYTE, Byte::intValue),
              INT16, reader(Serializers.SHORT, Short::intValue),
              CHAR16, reader(Serializers.CHAR, c -> (int) c)),
          INT64,
          Map.of(
              INT8, reader(Serializers.BYTE, Byte::longValue),
              INT16, reader(Serializers.SHORT, Short::longValue),
              CHAR16, reader(Serializers.CHAR, c -> (long) c),
              INT32, reader(Serializers.INT, Integer::longValue)),
          FLOAT32,
          Map.of(
              INT8, reader(Serializers.BYTE, Byte::floatValue),
              INT16, reader(Serializers.SHORT, Short::floatValue)),
          "float64",
          Map.of(
              INT8, reader(Serializers.BYTE, Byte::doubleValue),
              INT16, reader(Serializers.SHORT, Short::doubleValue),
              INT32, reader(Serializers.INT, Integer::doubleValue),
              FLOAT32, reader(Serializers.FLOAT, Float::doubleValue)),
          BIGINT,
          Map.of(
              INT8, reader(Serializers.BYTE, n -> BigInteger.valueOf(n.longValue())),
              INT16, reader(Serializers.SHORT, n -> BigInteger.valueOf(n.longValue())),
              INT32, reader(Serializers.INT, n -> BigInteger.valueOf(n.longValue())),
              INT64, reader(Serializers.LONG, n -> BigInteger.valueOf(n.longValue()))),
          "decimal",
          Map.of(
              INT8, reader(Serializers.BYTE, n -> BigDecimal.valueOf(n.longValue())),
              INT16, reader(Serializers.SHORT, n -> BigDecimal.valueOf(n.longValue())),
              INT32, reader(Serializers.INT, n -> BigDecimal.valueOf(n.longValue())),
              INT64, reader(Serializers.LONG, n -> BigDecimal.valueOf(n.longValue())),
              BIGINT, reader(Serializers.BIG_INTEGER, BigDecimal::new)));

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
