// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static java.util.Objects.requireNonNull;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Settings that were given as text, each under a name: by a configuration file, a command line or
 * the query of an address.
 *
 * <p>Who reads a setting makes its name known by that. When all are read, {@link #checkNoneUnknown}
 * refuses the names that nobody has asked for, so that a misspelt one is never ignored.
 *
 * <p>Not thread-safe.
 */
public final class Options {
  private static final Pattern QUANTITY = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");
  private static final int KIBI_SHIFT = 10;

  private final String of;
  private final Map<String, String> values;

  /** The names that were asked for. */
  private final Set<String> known = new TreeSet<>();

  private Options(String of, Map<String, String> values) {
    this.of = of;
    this.values = values;
  }

  /**
   * Begins to read settings.
   *
   * @param of what they are settings of, for messages, such as {@code engine fs}
   * @param values the settings by name; copied
   * @return the settings
   */
  public static Options of(String of, Map<String, String> values) {
    return new Options(requireNonNull(of, "of"), new TreeMap<>(values));
  }

  /**
   * Returns a setting as it was given, without blanks around it.
   *
   * @param name its name
   * @return the text, or {@code null} if it was not given
   */
  public @Nullable String text(String name) {
    known.add(name);
    String value = values.get(name);
    return value == null ? null : value.strip();
  }

  /**
   * Returns a setting that is {@code true} or {@code false}.
   *
   * @param name its name
   * @return its value, or {@code null} if it was not given
   * @throws IllegalArgumentException if it is neither
   */
  public @Nullable Boolean flag(String name) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw wrong(name, "true or false");
    };
  }

  /**
   * Returns a setting that is a whole number.
   *
   * @param name its name
   * @return its value, or {@code null} if it was not given
   * @throws IllegalArgumentException if it is no number, or does not fit into an {@code int}
   */
  public @Nullable Integer integer(String name) {
    String value = text(name);
    try {
      return value == null ? null : Integer.valueOf(value);
    } catch (NumberFormatException e) {
      throw wrong(name, "a whole number");
    }
  }

  /**
   * Returns a setting that is a number with or without a fraction.
   *
   * @param name its name
   * @return its value, or {@code null} if it was not given
   * @throws IllegalArgumentException if it is no number
   */
  public @Nullable Double number(String name) {
    String value = text(name);
    try {
      return value == null ? null : Double.valueOf(value);
    } catch (NumberFormatException e) {
      throw wrong(name, "a number");
    }
  }

  /**
   * Returns a setting that is a number of bytes: {@code 1048576}, {@code 64 kb}, {@code 64m},
   * {@code 2 GiB}. All units are powers of 1024.
   *
   * @param name its name
   * @return the bytes, or {@code null} if it was not given
   * @throws IllegalArgumentException if it is no number of bytes, or does not fit into a {@code
   *     long}
   */
  public @Nullable Long bytes(String name) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    String expected = "a number of bytes such as 1048576, 64mb or 2 GiB";
    Matcher quantity = quantity(name, value, expected);
    int shift =
        switch (quantity.group(2).toLowerCase(Locale.ROOT)) {
          case "", "b", "byte", "bytes" -> 0;
          case "k", "kb", "kib", "kibibytes" -> KIBI_SHIFT;
          case "m", "mb", "mib", "mebibytes" -> 2 * KIBI_SHIFT;
          case "g", "gb", "gib", "gibibytes" -> 3 * KIBI_SHIFT;
          case "t", "tb", "tib", "tebibytes" -> 4 * KIBI_SHIFT;
          default -> throw wrong(name, expected);
        };
    try {
      return Math.multiplyExact(Long.parseLong(quantity.group(1)), 1L << shift);
    } catch (NumberFormatException | ArithmeticException e) {
      throw wrong(name, expected);
    }
  }

  /**
   * Returns a setting that is a number of bytes, as {@link #bytes} does, and fits into an {@code
   * int}.
   *
   * @param name its name
   * @return the bytes, or {@code null} if it was not given
   * @throws IllegalArgumentException if it is no number of bytes, or does not fit
   */
  public @Nullable Integer smallBytes(String name) {
    Long bytes = bytes(name);
    if (bytes != null && bytes > Integer.MAX_VALUE) {
      throw wrong(name, "a number of bytes less than 2 GiB");
    }
    return bytes == null ? null : bytes.intValue();
  }

  /**
   * Returns a setting that is a time: {@code 500 ms}, {@code 10s}, {@code 5 min}, {@code 2 hours},
   * {@code 1 d}, or {@code PT10S}. A number without unit is milliseconds.
   *
   * @param name its name
   * @return the time, or {@code null} if it was not given
   * @throws IllegalArgumentException if it is no time, or too long
   */
  public @Nullable Duration duration(String name) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    String expected = "a time such as 500 ms, 10 s, 5 min or PT10S";
    try {
      if (value.startsWith("P") || value.startsWith("p")) {
        return Duration.parse(value);
      }
      Matcher quantity = quantity(name, value, expected);
      long count = Long.parseLong(quantity.group(1));
      return switch (quantity.group(2).toLowerCase(Locale.ROOT)) {
        case "ns", "nano", "nanos", "nanosecond", "nanoseconds" -> Duration.ofNanos(count);
        case "us", "micro", "micros", "microsecond", "microseconds" ->
            Duration.ofNanos(Math.multiplyExact(count, 1000L));
        case "", "ms", "milli", "millis", "millisecond", "milliseconds" -> Duration.ofMillis(count);
        case "s", "sec", "secs", "second", "seconds" -> Duration.ofSeconds(count);
        case "m", "min", "minute", "minutes" -> Duration.ofMinutes(count);
        case "h", "hour", "hours" -> Duration.ofHours(count);
        case "d", "day", "days" -> Duration.ofDays(count);
        default -> throw wrong(name, expected);
      };
    } catch (NumberFormatException | DateTimeException | ArithmeticException e) {
      throw wrong(name, expected);
    }
  }

  /**
   * Returns a setting that is one of the constants of an enum, in upper or lower case, with {@code
   * -} for {@code _}.
   *
   * @param <E> the enum
   * @param name its name
   * @param type the class of the enum
   * @return the constant, or {@code null} if it was not given
   * @throws IllegalArgumentException if there is no such constant
   */
  public <E extends Enum<E>> @Nullable E constant(String name, Class<E> type) {
    String value = text(name);
    if (value == null) {
      return null;
    }
    String wanted = value.replace('-', '_');
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(wanted)) {
        return constant;
      }
    }
    throw wrong(
        name,
        "one of "
            + Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList());
  }

  private Matcher quantity(String name, String value, String expected) {
    Matcher matcher = QUANTITY.matcher(value);
    if (!matcher.matches()) {
      throw wrong(name, expected);
    }
    return matcher;
  }

  /**
   * Makes the error of a value that is not what it should be.
   *
   * @param name the name of the setting
   * @param expected what it should be
   * @return the error, to be thrown
   */
  public IllegalArgumentException wrong(String name, String expected) {
    return new IllegalArgumentException(
        "setting '%s' of %s is wrong: expected=%s, actual='%s'"
            .formatted(name, of, expected, values.get(name)));
  }

  /**
   * Checks that every setting that was given has been asked for. Called when all are read.
   *
   * @throws IllegalArgumentException if one has not; the message names it and the nearest known one
   */
  public void checkNoneUnknown() {
    for (String name : values.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            known.isEmpty()
                ? "unknown setting '%s' of %s, which has none".formatted(name, of)
                : "unknown setting '%s' of %s; did you mean '%s'? Known are %s"
                    .formatted(name, of, nearest(name, known), known));
      }
    }
  }

  /**
   * Returns the name that is most like another one.
   *
   * @param name the name, misspelt perhaps
   * @param names the names to choose from, one or more
   * @return the one that takes the fewest changes of single characters; of several the first
   */
  public static String nearest(String name, Set<String> names) {
    String nearest = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : names) {
      int distance = distance(name, candidate);
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    if (nearest == null) {
      throw new IllegalArgumentException("there is no name to choose from: name=" + name);
    }
    return nearest;
  }

  /** The number of insertions, deletions and replacements that make one name of the other. */
  private static int distance(String from, String to) {
    int[] before = new int[to.length() + 1];
    Arrays.setAll(before, i -> i);
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = before[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(before[j], row[j - 1]));
      }
      before = row;
    }
    return before[to.length()];
  }
}
