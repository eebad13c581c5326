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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Currency;
import java.util.Deque;
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

  private static final Set<String> REFERENCES = Set.of("told", "enclosing");

  /** The types around the current place, the innermost first, that a value may refer to. */
  private final Deque<TypeSchema> enclosing = new ArrayDeque<>();

  /** The types with a name in the order in which the schema tells them. */
  private final List<TypeSchema> told = new ArrayList<>();

  private ValueParser() {}

  /**
   * Reads a value that a person has typed: JSON, or a text without quotes where the type is one.
   *
   * @throws IllegalArgumentException if it is no value of the type
   */
  static Object parse(TypeSchema schema, String text) {
    ValueParser parser = new ValueParser();
    parser.tell(schema);
    boolean isBare = TEXTS.contains(schema.type()) && !text.startsWith("\"");
    return parser.value(schema, isBare ? text : JsonParser.parse(text));
  }

  private void tell(TypeSchema schema) {
    if (schema.name() != null && !REFERENCES.contains(schema.type())) {
      told.add(schema);
    }
    for (TypeSchema.Member member : schema.members()) {
      if (member.schema() != null) {
        tell(member.schema());
      }
    }
  }

  private Object value(TypeSchema schema, @Nullable Object tree) {
    if (schema.type().equals("optional")) {
      return tree == null ? Optional.empty() : Optional.of(value(part(schema, 0), tree));
    }
    if (tree == null) {
      throw wrong(schema, null);
    }
    try {
      return presentValue(schema, tree);
    } catch (ArithmeticException | ClassCastException | DateTimeException e) {
      throw wrong(schema, tree);
    }
  }

  private static IllegalArgumentException wrong(TypeSchema schema, @Nullable Object tree) {
    return new IllegalArgumentException(
        "not a value of type %s: %s".formatted(brief(schema), Json.text(tree)));
  }

  private static String brief(TypeSchema schema) {
    return schema.name() == null ? schema.toString() : schema.type() + " " + schema.name();
  }

  private Object presentValue(TypeSchema schema, Object tree) {
    return switch (schema.type()) {
      case "bool" -> (Boolean) tree;
      case "int8" -> integer(tree).byteValueExact();
      case "int16" -> integer(tree).shortValueExact();
      case "int32" -> integer(tree).intValueExact();
      case "int64" -> integer(tree).longValueExact();
      case "bigint" -> integer(tree);
      case "float32" -> Float.parseFloat(tree.toString());
      case "float64" -> Double.parseDouble(tree.toString());
      case "string" -> (String) tree;
      case "char16" -> character(schema, (String) tree);
      case "list", "array" -> elements(schema, tree, new ArrayList<>());
      case "set" -> elements(schema, tree, new LinkedHashSet<>());
      case "map" -> map(schema, tree);
      case "enum" -> constant(schema, (String) tree);
      case "record" -> record(schema, (Map<?, ?>) tree);
      case "union" -> union(schema, (Map<?, ?>) tree);
      case "enclosing" -> value(findEnclosing(schema), tree);
      case "told" -> value(findTold(schema), tree);
      case "bit-set" -> bits((List<?>) tree);
      default -> ofText(schema, tree.toString());
    };
  }

  private static Object ofText(TypeSchema schema, String text) {
    return switch (schema.type()) {
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
              "values of type %s cannot be typed in".formatted(brief(schema)));
    };
  }

  private static BigInteger integer(Object tree) {
    return tree instanceof BigDecimal decimal ? decimal.toBigIntegerExact() : (BigInteger) tree;
  }

  private static Character character(TypeSchema schema, String text) {
    if (text.length() != 1) {
      throw wrong(schema, text);
    }
    return text.charAt(0);
  }

  private <C extends java.util.Collection<Object>> C elements(
      TypeSchema schema, Object tree, C target) {
    for (Object element : (List<?>) tree) {
      target.add(value(part(schema, 0), element));
    }
    return target;
  }

  private Object map(TypeSchema schema, Object tree) {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (tree instanceof Map<?, ?> members) {
      members.forEach(
          (key, value) -> map.put(value(part(schema, 0), key), value(part(schema, 1), value)));
    } else {
      for (Object element : (List<?>) tree) {
        List<?> pair = (List<?>) element;
        if (pair.size() != 2) {
          throw wrong(schema, tree);
        }
        map.put(value(part(schema, 0), pair.get(0)), value(part(schema, 1), pair.get(1)));
      }
    }
    return map;
  }

  private static String constant(TypeSchema schema, String name) {
    List<@Nullable String> names =
        schema.members().stream().<@Nullable String>map(TypeSchema.Member::name).toList();
    if (!names.contains(name)) {
      throw new IllegalArgumentException(
          "not a constant of enum %s: %s; there are %s".formatted(schema.name(), name, names));
    }
    return name;
  }

  private Object record(TypeSchema schema, Map<?, ?> members) {
    Map<String, @Nullable Object> components = new LinkedHashMap<>();
    enclosing.push(schema);
    for (int i = 0; i < schema.members().size(); i++) {
      String name = String.valueOf(schema.members().get(i).name());
      TypeSchema type = part(schema, i);
      Object member = members.get(name);
      boolean isNullable = type.type().equals("nullable");
      if (!members.containsKey(name) && !isNullable) {
        throw new IllegalArgumentException(
            "component '%s' of record %s is missing".formatted(name, schema.name()));
      }
      components.put(
          name,
          isNullable
              ? (member == null ? null : value(part(type, 0), member))
              : value(type, member));
    }
    enclosing.pop();
    for (Object name : members.keySet()) {
      if (!components.containsKey(String.valueOf(name))) {
        throw new IllegalArgumentException(
            "record %s has no component '%s'; there are %s"
                .formatted(schema.name(), name, components.keySet()));
      }
    }
    return new StoredRecord(String.valueOf(schema.name()), components);
  }

  private Object union(TypeSchema schema, Map<?, ?> members) {
    if (members.size() == 1) {
      Map.Entry<?, ?> only = members.entrySet().iterator().next();
      for (int i = 0; i < schema.members().size(); i++) {
        if (String.valueOf(only.getKey()).equals(schema.members().get(i).name())) {
          enclosing.push(schema);
          Object value = value(part(schema, i), only.getValue());
          enclosing.pop();
          return new StoredCase(String.valueOf(only.getKey()), value);
        }
      }
    }
    throw new IllegalArgumentException(
        "a value of union %s is an object of one member, named as its case; there are %s"
            .formatted(
                schema.name(), schema.members().stream().map(TypeSchema.Member::name).toList()));
  }

  private static Object bits(List<?> indexes) {
    BitSet bits = new BitSet();
    indexes.forEach(index -> bits.set(integer(index).intValueExact()));
    return bits;
  }

  private static TypeSchema part(TypeSchema whole, int index) {
    TypeSchema part = index < whole.members().size() ? whole.members().get(index).schema() : null;
    if (part == null) {
      throw new IllegalArgumentException("a type that is not known here: " + whole);
    }
    return part;
  }

  private TypeSchema findEnclosing(TypeSchema reference) {
    for (TypeSchema type : enclosing) {
      if (String.valueOf(type.name()).equals(reference.name())) {
        return type;
      }
    }
    throw new IllegalArgumentException("a type that is not known here: " + reference);
  }

  /** {@code told "name"} is the first type of the name, {@code told "name"("2")} the second. */
  private TypeSchema findTold(TypeSchema reference) {
    int number =
        reference.members().isEmpty()
            ? 1
            : Integer.parseInt(String.valueOf(reference.members().get(0).name()));
    return told.stream()
        .filter(type -> String.valueOf(type.name()).equals(reference.name()))
        .skip(number - 1L)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("a type that is not known here: " + reference));
  }
}
