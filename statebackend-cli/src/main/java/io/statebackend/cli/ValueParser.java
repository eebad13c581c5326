// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.TypeSchema;
import io.statebackend.core.serialization.StoredCase;
import io.statebackend.core.serialization.StoredRecord;
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
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Currency;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes values of a schema from JSON: the way back of {@link JsonTree}, for what {@code
 * Serializers.ofSchema} writes.
 */
final class ValueParser {
  /** What a person need not put into quotes. */
  private static final Set<String> TEXTS =
      Set.of(
          "string",
          "char16",
          "bytes",
          "uuid",
          "decimal",
          "enum",
          "instant",
          "duration",
          "period",
          "local-date",
          "local-time",
          "local-date-time",
          "offset-date-time",
          "zoned-date-time",
          "year-month",
          "zone-offset",
          "zone-id",
          "currency",
          "uri");

  private ValueParser() {}

  /**
   * Reads a value that a person has typed: JSON, or a text without quotes where the type is one.
   *
   * @throws IllegalArgumentException if it is no value of the type
   */
  static Object parse(TypeSchema schema, String text) {
    boolean isBare = TEXTS.contains(schema.type()) && !text.startsWith("\"");
    return value(ResolvedType.of(schema), isBare ? text : JsonParser.parse(text));
  }

  private static Object value(ResolvedType type, @Nullable Object tree) {
    if (type.word().equals("optional")) {
      return tree == null ? Optional.empty() : Optional.of(value(type.part(0), tree));
    }
    if (tree == null) {
      throw wrong(type, null);
    }
    try {
      return presentValue(type, tree);
    } catch (ArithmeticException | ClassCastException | DateTimeException e) {
      throw wrong(type, tree);
    }
  }

  private static IllegalArgumentException wrong(ResolvedType type, @Nullable Object tree) {
    return new IllegalArgumentException(
        "not a value of type %s: %s".formatted(type.brief(), Json.text(tree)));
  }

  private static Object presentValue(ResolvedType type, Object tree) {
    return switch (type.word()) {
      case "bool" -> (Boolean) tree;
      case "int8" -> integer(tree).byteValueExact();
      case "int16" -> integer(tree).shortValueExact();
      case "int32" -> integer(tree).intValueExact();
      case "int64" -> integer(tree).longValueExact();
      case "bigint" -> integer(tree);
      case "float32" -> Float.parseFloat(tree.toString());
      case "float64" -> Double.parseDouble(tree.toString());
      case "string" -> (String) tree;
      case "char16" -> character(type, (String) tree);
      case "list", "array" -> elements(type, tree, new ArrayList<>());
      case "set" -> elements(type, tree, new LinkedHashSet<>());
      case "map" -> map(type, tree);
      case "enum" -> constant(type, (String) tree);
      case "record" -> record(type, (Map<?, ?>) tree);
      case "union" -> union(type, (Map<?, ?>) tree);
      case "bit-set" -> bits((List<?>) tree);
      default -> ofText(type, tree.toString());
    };
  }

  private static Object ofText(ResolvedType type, String text) {
    return switch (type.word()) {
      case "bytes" -> HexFormat.of().parseHex(text);
      case "uuid" -> UUID.fromString(text);
      case "decimal" -> new BigDecimal(text);
      case "instant" -> Instant.parse(text);
      case "duration" -> Duration.parse(text);
      case "period" -> Period.parse(text);
      case "local-date" -> LocalDate.parse(text);
      case "local-time" -> LocalTime.parse(text);
      case "local-date-time" -> LocalDateTime.parse(text);
      case "offset-date-time" -> OffsetDateTime.parse(text);
      case "zoned-date-time" -> ZonedDateTime.parse(text);
      case "year-month" -> YearMonth.parse(text);
      case "zone-offset" -> ZoneOffset.of(text);
      case "zone-id" -> ZoneId.of(text);
      case "currency" -> Currency.getInstance(text);
      case "uri" -> URI.create(text);
      default ->
          throw new IllegalArgumentException(
              "values of type %s cannot be typed in".formatted(type.brief()));
    };
  }

  private static BigInteger integer(Object tree) {
    return tree instanceof BigDecimal decimal ? decimal.toBigIntegerExact() : (BigInteger) tree;
  }

  private static Character character(ResolvedType type, String text) {
    if (text.length() != 1) {
      throw wrong(type, text);
    }
    return text.charAt(0);
  }

  private static <C extends java.util.Collection<Object>> C elements(
      ResolvedType type, Object tree, C target) {
    for (Object element : (List<?>) tree) {
      target.add(value(type.part(0), element));
    }
    return target;
  }

  private static Object map(ResolvedType type, Object tree) {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (tree instanceof Map<?, ?> members) {
      members.forEach(
          (key, value) -> map.put(value(type.part(0), key), value(type.part(1), value)));
    } else {
      for (Object element : (List<?>) tree) {
        List<?> pair = (List<?>) element;
        if (pair.size() != 2) {
          throw wrong(type, tree);
        }
        map.put(value(type.part(0), pair.get(0)), value(type.part(1), pair.get(1)));
      }
    }
    return map;
  }

  private static String constant(ResolvedType type, String name) {
    List<String> names = type.namesOfParts();
    if (!names.contains(name)) {
      throw new IllegalArgumentException(
          "not a constant of enum %s: %s; there are %s"
              .formatted(type.schema().name(), name, names));
    }
    return name;
  }

  private static Object record(ResolvedType type, Map<?, ?> members) {
    Map<String, @Nullable Object> components = new LinkedHashMap<>();
    for (int i = 0; i < type.partCount(); i++) {
      String name = type.nameOfPart(i);
      ResolvedType component = type.part(i);
      Object member = members.get(name);
      boolean isNullable = component.word().equals("nullable");
      if (!members.containsKey(name) && !isNullable) {
        throw new IllegalArgumentException(
            "component '%s' of record %s is missing".formatted(name, type.schema().name()));
      }
      components.put(
          name,
          isNullable
              ? (member == null ? null : value(component.part(0), member))
              : value(component, member));
    }
    for (Object name : members.keySet()) {
      if (!components.containsKey(String.valueOf(name))) {
        throw new IllegalArgumentException(
            "record %s has no component '%s'; there are %s"
                .formatted(type.schema().name(), name, components.keySet()));
      }
    }
    return new StoredRecord(String.valueOf(type.schema().name()), components);
  }

  private static Object union(ResolvedType type, Map<?, ?> members) {
    if (members.size() == 1) {
      Map.Entry<?, ?> only = members.entrySet().iterator().next();
      for (int i = 0; i < type.partCount(); i++) {
        if (String.valueOf(only.getKey()).equals(type.nameOfPart(i))) {
          Object value = value(type.part(i), only.getValue());
          return new StoredCase(String.valueOf(only.getKey()), value);
        }
      }
    }
    throw new IllegalArgumentException(
        "a value of union %s is an object of one member, named as its case; there are %s"
            .formatted(type.schema().name(), type.namesOfParts()));
  }

  private static Object bits(List<?> indexes) {
    BitSet bits = new BitSet();
    indexes.forEach(index -> bits.set(integer(index).intValueExact()));
    return bits;
  }
}
