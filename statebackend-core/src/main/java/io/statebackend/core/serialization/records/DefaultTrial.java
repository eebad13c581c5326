// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Finds out, before anything is read, whether the constructor of a record refuses what an added
 * component becomes. It builds records of made-up values: a default is at fault if there are such
 * values with which another value of the component is taken, and none with which the default is.
 * What that does not tell is found when the first value is read.
 *
 * @param recordClass the record
 */
record DefaultTrial(RecordClass<?> recordClass) {
  private static final int ROUNDS = 3;
  private static final int DEPTH_MAX = 3;
  private static final long[] NUMBERS = {1, 0, -1};
  private static final String[] TEXTS = {"a", "EUR", "1"};

  /** Returns why the constructor refuses a default, or {@code null} if it is not known to. */
  @Nullable RuntimeException refusal(int component, @Nullable Object defaultValue) {
    RuntimeException refusal = null;
    boolean isAnotherTaken = false;
    for (int round = 0; round < ROUNDS; round++) {
      @Nullable Object[] values = samples(recordClass, round, 0);
      values[component] = defaultValue;
      RuntimeException thrown = refusal(values);
      if (thrown == null) {
        return null;
      }
      refusal = thrown;
      for (int other = 0; other < ROUNDS && !isAnotherTaken; other++) {
        values[component] = sample(recordClass.components()[component].getType(), other, 0);
        isAnotherTaken = refusal(values) == null;
      }
    }
    return isAnotherTaken ? refusal : null;
  }

  private @Nullable RuntimeException refusal(@Nullable Object[] values) {
    try {
      Object unused = recordClass.create(values);
      return null;
    } catch (RuntimeException e) {
      return e;
    }
  }

  private static @Nullable Object[] samples(RecordClass<?> of, int round, int depth) {
    @Nullable Object[] values = new Object[of.components().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = sample(of.components()[i].getType(), round, depth);
    }
    return values;
  }

  private static @Nullable Object sample(Class<?> type, int round, int depth) {
    if (type == String.class) {
      return TEXTS[round];
    }
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants.length == 0 ? null : constants[Math.min(round, constants.length - 1)];
    }
    if (type.isArray()) {
      return Array.newInstance(type.getComponentType(), 0);
    }
    if (type.isRecord() && depth < DEPTH_MAX) {
      try {
        RecordClass<?> part = new RecordClass<>(type);
        return part.create(samples(part, round, depth + 1));
      } catch (RuntimeException e) {
        return null; // A made-up value that its own record refuses tells nothing.
      }
    }
    return ofValues(type, NUMBERS[round]);
  }

  private static @Nullable Object ofValues(Class<?> type, long number) {
    return switch (type.getName()) {
      case "boolean", "java.lang.Boolean" -> number > 0;
      case "byte", "java.lang.Byte" -> (byte) number;
      case "short", "java.lang.Short" -> (short) number;
      case "char", "java.lang.Character" -> (char) ('a' + number);
      case "int", "java.lang.Integer" -> (int) number;
      case "long", "java.lang.Long" -> number;
      case "float", "java.lang.Float" -> (float) number;
      case "double", "java.lang.Double" -> (double) number;
      case "java.math.BigInteger" -> BigInteger.valueOf(number);
      case "java.math.BigDecimal" -> BigDecimal.valueOf(number);
      case "java.util.UUID" -> new UUID(number, number);
      case "java.util.Optional" -> Optional.empty();
      case "java.util.Set" -> Set.of();
      case "java.util.Map" -> Map.of();
      case "java.time.Instant" -> Instant.ofEpochSecond(number);
      case "java.time.Duration" -> Duration.ofSeconds(number);
      case "java.time.LocalDate" -> LocalDate.ofEpochDay(number);
      default -> type == List.class || type == Collection.class ? new ArrayList<>() : null;
    };
  }
}
