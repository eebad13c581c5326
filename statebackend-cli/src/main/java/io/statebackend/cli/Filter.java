// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A condition on rows, such as {@code value.total>=100} or {@code key~berlin}: a path into the row,
 * an operator, and a value.
 */
final class Filter {
  private static final Pattern FORM =
      Pattern.compile("([A-Za-z][^=!<>~]*?)\\s*(!=|<=|>=|=|<|>|~)\\s*(.*)", Pattern.DOTALL);

  private final String[] path;
  private final String operator;
  private final @Nullable Object expected;

  private Filter(String[] path, String operator, @Nullable Object expected) {
    this.path = path;
    this.operator = operator;
    this.expected = expected;
  }

  /**
   * Reads a condition.
   *
   * @throws UsageException if it is none
   */
  static Filter parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw new UsageException(
          "not a condition: %s; expected a path, one of = != < <= > >= ~, and a value, such as value.total>=100"
              .formatted(text));
    }
    String[] path = matcher.group(1).split("\\.", -1);
    if (!Rows.MEMBERS.contains(path[0])) {
      throw new UsageException(
          "rows have no member '%s'; there are %s".formatted(path[0], Rows.MEMBERS));
    }
    return new Filter(path, matcher.group(2), literal(matcher.group(3)));
  }

  /** What is not JSON is a text without quotes. */
  private static @Nullable Object literal(String text) {
    try {
      return JsonParser.parse(text);
    } catch (IllegalArgumentException e) {
      return text;
    }
  }

  boolean test(Map<String, @Nullable Object> row) {
    Object actual = row;
    for (String step : path) {
      if (actual instanceof Map<?, ?> members && members.containsKey(step)) {
        actual = members.get(step);
      } else if (actual instanceof List<?> elements && isIndexOf(step, elements)) {
        actual = elements.get(Integer.parseInt(step));
      } else {
        return false;
      }
    }
    if (operator.equals("~")) {
      return text(actual).contains(text(expected));
    }
    Integer order = compare(actual);
    boolean isSame = order != null ? order == 0 : text(actual).equals(text(expected));
    return switch (operator) {
      case "=" -> isSame;
      case "!=" -> !isSame;
      case "<" -> order != null && order < 0;
      case "<=" -> order != null && order <= 0;
      case ">" -> order != null && order > 0;
      default -> order != null && order >= 0;
    };
  }

  private static boolean isIndexOf(String step, List<?> elements) {
    return step.matches("[0-9]{1,9}") && Integer.parseInt(step) < elements.size();
  }

  /** Returns how two numbers or texts are ordered, or {@code null} if they have no order. */
  private @Nullable Integer compare(@Nullable Object actual) {
    BigDecimal a = number(actual);
    BigDecimal b = number(expected);
    if (a != null && b != null) {
      return a.compareTo(b);
    }
    return actual instanceof String text && expected instanceof String other
        ? Integer.valueOf(text.compareTo(other))
        : null;
  }

  private static @Nullable BigDecimal number(@Nullable Object tree) {
    return tree instanceof Number ? new BigDecimal(Json.text(tree).replace("\"", "")) : null;
  }

  private static String text(@Nullable Object tree) {
    return tree instanceof String text ? text : Json.text(tree);
  }
}
