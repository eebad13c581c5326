// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.records;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.DefaultValue;
import io.statebackend.api.TypeSerializer;
import io.statebackend.core.serialization.schema.Words;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.IllformedLocaleException;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a component of a record becomes where nothing is stored for it.
 *
 * @param isExplicit whether the program has said what
 * @param source makes the value, a new one each time if it can be changed
 */
public record AbsentValue(boolean isExplicit, Source source) {

  /** Makes a value. */
  @FunctionalInterface
  public interface Source {
    @Nullable Object make();
  }

  private static final Map<Class<?>, Function<String, Object>> PARSERS =
      Map.ofEntries(
          Map.entry(boolean.class, AbsentValue::parseBoolean),
          Map.entry(Boolean.class, AbsentValue::parseBoolean),
          Map.entry(byte.class, Byte::valueOf),
          Map.entry(Byte.class, Byte::valueOf),
          Map.entry(short.class, Short::valueOf),
          Map.entry(Short.class, Short::valueOf),
          Map.entry(char.class, AbsentValue::parseChar),
          Map.entry(Character.class, AbsentValue::parseChar),
          Map.entry(int.class, Integer::valueOf),
          Map.entry(Integer.class, Integer::valueOf),
          Map.entry(long.class, Long::valueOf),
          Map.entry(Long.class, Long::valueOf),
          Map.entry(float.class, Float::valueOf),
          Map.entry(Float.class, Float::valueOf),
          Map.entry(double.class, Double::valueOf),
          Map.entry(Double.class, Double::valueOf),
          Map.entry(String.class, text -> text),
          Map.entry(BigInteger.class, BigInteger::new),
          Map.entry(BigDecimal.class, BigDecimal::new),
          Map.entry(UUID.class, UUID::fromString),
          Map.entry(Instant.class, Instant::parse),
          Map.entry(Duration.class, Duration::parse),
          Map.entry(Period.class, Period::parse),
          Map.entry(LocalDate.class, LocalDate::parse),
          Map.entry(LocalTime.class, LocalTime::parse),
          Map.entry(LocalDateTime.class, LocalDateTime::parse),
          Map.entry(OffsetDateTime.class, OffsetDateTime::parse),
          Map.entry(ZonedDateTime.class, ZonedDateTime::parse),
          Map.entry(YearMonth.class, YearMonth::parse),
          Map.entry(ZoneId.class, ZoneId::of),
          Map.entry(ZoneOffset.class, ZoneOffset::of),
          Map.entry(Currency.class, Currency::getInstance),
          Map.entry(Locale.class, AbsentValue::parseLocale),
          Map.entry(URI.class, URI::create));

  private static final Map<Class<?>, Object> ZEROS =
      Map.of(
          boolean.class,
          false,
          byte.class,
          (byte) 0,
          short.class,
          (short) 0,
          char.class,
          '\0',
          int.class,
          0,
          long.class,
          0L,
          float.class,
          0f,
          double.class,
          0d);

  /**
   * Returns what a component becomes.
   *
   * @throws IllegalArgumentException if its default value is none of its type
   */
  static AbsentValue of(RecordComponent component, TypeSerializer<?> serializer) {
    AbsentValue absent = of(component);
    if (!absent.isExplicit && Words.isEmptyOneZeroByte(serializer.schema().type())) {
      return new AbsentValue(false, () -> serializer.deserialize(new BinaryInput(new byte[] {0})));
    }
    return absent;
  }

  /**
   * Returns what a component becomes whose serialized form is not known.
   *
   * @throws IllegalArgumentException if its default value is none of its type
   */
  public static AbsentValue of(RecordComponent component) {
    DefaultValue declared = component.getAnnotation(DefaultValue.class);
    if (declared != null) {
      Object value = parse(component, declared.value());
      return new AbsentValue(true, () -> value);
    }
    @Nullable Object zero = ZEROS.get(component.getType());
    return new AbsentValue(false, () -> zero);
  }

  private static Object parse(RecordComponent component, String text) {
    Class<?> type = component.getType();
    Function<String, Object> parser =
        type.isEnum() ? name -> constant(type, name) : PARSERS.get(type);
    String place = component.getDeclaringRecord().getTypeName() + "." + component.getName();
    if (parser == null) {
      throw new IllegalArgumentException(
          "no default value can be written for type "
              + type.getTypeName()
              + " at "
              + place
              + ": let the constructor of the record put one in the place of null");
    }
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IllegalArgumentException(
          "the default value of "
              + place
              + " is not of its type: type="
              + type.getTypeName()
              + ", value='"
              + text
              + "'",
          e);
    }
  }

  private static Object constant(Class<?> type, String name) {
    for (Object constant : type.getEnumConstants()) {
      if (((Enum<?>) constant).name().equals(name)) {
        return constant;
      }
    }
    throw new IllegalArgumentException("no constant of that name");
  }

  private static Object parseBoolean(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException("neither true nor false");
    }
    return text.equals("true");
  }

  private static Object parseLocale(String tag) {
    try {
      return new Locale.Builder().setLanguageTag(tag).build();
    } catch (IllformedLocaleException e) {
      throw new IllegalArgumentException("not a language tag, such as de-CH", e);
    }
  }

  private static Object parseChar(String text) {
    if (text.length() != 1) {
      throw new IllegalArgumentException("not one character");
    }
    return text.charAt(0);
  }
}
