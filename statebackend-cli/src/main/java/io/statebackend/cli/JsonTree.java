// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.VoidNamespace;
import io.statebackend.core.serialization.StoredCase;
import io.statebackend.core.serialization.StoredObject;
import io.statebackend.core.serialization.StoredRecord;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Stored values as JSON, as docs/format/json-v1.md has it: maps with texts as keys, lists, texts,
 * numbers, booleans and {@code null}.
 */
final class JsonTree {
  private JsonTree() {}

  /** Returns the tree of a value that {@code Serializers.ofSchema} has read, or of its bytes. */
  static @Nullable Object of(@Nullable Object value) {
    if (value == null
        || value instanceof String
        || value instanceof Boolean
        || value instanceof BigInteger
        || isPlainNumber(value)) {
      return value;
    }
    if (value instanceof Collection<?> collection) {
      return listOf(collection);
    }
    if (value instanceof Map<?, ?> map) {
      return mapOf(map);
    }
    if (value instanceof StoredRecord stored) {
      return membersOf(stored.components());
    }
    if (value instanceof StoredCase stored) {
      return single(stored.name(), of(stored.value()));
    }
    if (value instanceof StoredObject stored) {
      Map<String, @Nullable Object> members = single("kryo", stored.name());
      members.put("bytes", HexFormat.of().formatHex(stored.bytes()));
      return members;
    }
    if (value instanceof Optional<?> optional) {
      return of(optional.orElse(null));
    }
    if (value instanceof VoidNamespace) {
      return null;
    }
    if (value instanceof BitSet bits) {
      return listOf(bits.stream().boxed().toList());
    }
    return value instanceof Locale locale ? membersOf(locale) : textOf(value);
  }

  private static boolean isPlainNumber(Object value) {
    return value instanceof Byte
        || value instanceof Short
        || value instanceof Integer
        || value instanceof Long
        || value instanceof Float
        || value instanceof Double;
  }

  private static List<@Nullable Object> listOf(Collection<?> collection) {
    List<@Nullable Object> list = new ArrayList<>(collection.size());
    collection.forEach(element -> list.add(of(element)));
    return list;
  }

  /** A map is an object if all its keys are texts, else a list of pairs. */
  private static Object mapOf(Map<?, ?> map) {
    if (map.keySet().stream().allMatch(String.class::isInstance)) {
      Map<String, @Nullable Object> members = new LinkedHashMap<>();
      map.forEach((key, value) -> members.put((String) key, of(value)));
      return members;
    }
    List<Object> pairs = new ArrayList<>(map.size());
    map.forEach(
        (key, value) -> {
          List<@Nullable Object> pair = new ArrayList<>(2);
          pair.add(of(key));
          pair.add(of(value));
          pairs.add(pair);
        });
    return pairs;
  }

  private static Map<String, @Nullable Object> membersOf(Map<String, @Nullable Object> components) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    components.forEach((name, value) -> members.put(name, of(value)));
    return members;
  }

  private static Map<String, @Nullable Object> single(String name, @Nullable Object value) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    members.put(name, value);
    return members;
  }

  private static Map<String, @Nullable Object> membersOf(Locale locale) {
    Map<String, @Nullable Object> members = single("language", locale.getLanguage());
    members.put("script", locale.getScript());
    members.put("country", locale.getCountry());
    members.put("variant", locale.getVariant());
    Map<String, @Nullable Object> extensions = new LinkedHashMap<>();
    for (char key : new TreeSet<>(locale.getExtensionKeys())) {
      extensions.put(String.valueOf(key), locale.getExtension(key));
    }
    members.put("extensions", extensions);
    return members;
  }

  private static String textOf(Object value) {
    if (value instanceof byte[] bytes) {
      return HexFormat.of().formatHex(bytes);
    } else if (value instanceof BigDecimal decimal) {
      return decimal.toString();
    } else if (value instanceof Instant instant) {
      return TimeTexts.instant(instant);
    } else if (value instanceof Duration duration) {
      return TimeTexts.duration(duration);
    } else if (value instanceof Period period) {
      return period.toString();
    } else if (value instanceof LocalDate date) {
      return TimeTexts.date(date.toEpochDay());
    } else if (value instanceof LocalTime time) {
      return TimeTexts.time(time.toNanoOfDay());
    } else if (value instanceof LocalDateTime time) {
      return TimeTexts.dateTime(time);
    } else if (value instanceof OffsetDateTime time) {
      return TimeTexts.dateTime(time.toLocalDateTime()) + time.getOffset();
    } else if (value instanceof ZonedDateTime time) {
      return TimeTexts.dateTime(time.toLocalDateTime())
          + time.getOffset()
          + "["
          + time.getZone()
          + "]";
    } else if (value instanceof YearMonth month) {
      return TimeTexts.year(month.getYear()) + "-" + TimeTexts.two(month.getMonthValue());
    }
    // Characters, and what has one text: UUID, zone, zone offset, currency, URI.
    return value.toString();
  }
}
