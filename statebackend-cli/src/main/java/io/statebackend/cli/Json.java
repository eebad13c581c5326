// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes trees as JSON text, as docs/format/json-v1.md has it: one form for each tree. */
final class Json {
  /** The digits that any double of that many digits keeps, and those that tell all apart. */
  private static final int DOUBLE_DIGITS_MIN = 15;

  private static final int DOUBLE_DIGITS_MAX = 17;
  private static final int FLOAT_DIGITS_MIN = 6;
  private static final int FLOAT_DIGITS_MAX = 9;

  /** Numbers whose first digit stands further to the left or right have an exponent. */
  private static final int PLAIN_EXPONENT_MIN = -4;

  private static final int PLAIN_EXPONENT_MAX = 15;

  private Json() {}

  /** Returns the text of a tree, without line breaks. */
  static String text(@Nullable Object tree) {
    StringBuilder text = new StringBuilder();
    append(tree, text);
    return text.toString();
  }

  private static void append(@Nullable Object tree, StringBuilder text) {
    if (tree == null) {
      text.append("null");
    } else if (tree instanceof Map<?, ?> members) {
      appendMembers(members, text);
    } else if (tree instanceof List<?> elements) {
      String separator = "[";
      for (Object element : elements) {
        text.append(separator);
        append(element, text);
        separator = ",";
      }
      text.append(elements.isEmpty() ? "[]" : "]");
    } else if (tree instanceof Double number) {
      text.append(number(number));
    } else if (tree instanceof Float number) {
      text.append(number(number));
    } else if (tree instanceof Number || tree instanceof Boolean) {
      text.append(tree);
    } else {
      quote(tree.toString(), text);
    }
  }

  private static void appendMembers(Map<?, ?> members, StringBuilder text) {
    text.append('{');
    String separator = "";
    for (Map.Entry<?, ?> member : members.entrySet()) {
      text.append(separator);
      quote(String.valueOf(member.getKey()), text);
      text.append(':');
      append(member.getValue(), text);
      separator = ",";
    }
    text.append('}');
  }

  /** Escapes what breaks lines, moves the cursor of a terminal, or is no character by itself. */
  static void quote(String value, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < 0x20 || (c >= 0x7f && c < 0xa0) || isUnpaired(value, i)) {
            text.append("\\u%04x".formatted((int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }

  private static boolean isUnpaired(String value, int at) {
    char c = value.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == value.length() || !Character.isLowSurrogate(value.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(value.charAt(at - 1)));
  }

  private static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return "\"" + value + "\"";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = DOUBLE_DIGITS_MIN; digits < DOUBLE_DIGITS_MAX; digits++) {
      BigDecimal rounded = round(exact, digits);
      if (rounded.doubleValue() == value) {
        return decimal(rounded);
      }
    }
    return decimal(round(exact, DOUBLE_DIGITS_MAX));
  }

  private static String number(float value) {
    if (Float.isNaN(value) || Float.isInfinite(value)) {
      return "\"" + value + "\"";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal exact = new BigDecimal(value);
    for (int digits = FLOAT_DIGITS_MIN; digits < FLOAT_DIGITS_MAX; digits++) {
      BigDecimal rounded = round(exact, digits);
      if (rounded.floatValue() == value) {
        return decimal(rounded);
      }
    }
    return decimal(round(exact, FLOAT_DIGITS_MAX));
  }

  private static BigDecimal round(BigDecimal exact, int digits) {
    return exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
  }

  /** Writes a number that is not zero: digits and a point, with an exponent if it is far off. */
  private static String decimal(BigDecimal number) {
    String digits = number.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - number.scale();
    int end = digits.length();
    while (end > 1 && digits.charAt(end - 1) == '0') {
      end--;
    }
    digits = digits.substring(0, end);
    StringBuilder text = new StringBuilder(number.signum() < 0 ? "-" : "");
    if (exponent < PLAIN_EXPONENT_MIN || exponent > PLAIN_EXPONENT_MAX) {
      text.append(digits, 0, 1);
      if (digits.length() > 1) {
        text.append('.').append(digits, 1, digits.length());
      }
      text.append(exponent < 0 ? "e-" : "e+");
      return text.append("%02d".formatted(Math.abs(exponent))).toString();
    }
    if (exponent < 0) {
      return text.append("0.").append("0".repeat(-exponent - 1)).append(digits).toString();
    }
    if (digits.length() <= exponent + 1) {
      return text.append(digits)
          .append("0".repeat(exponent + 1 - digits.length()))
          .append(".0")
          .toString();
    }
    return text.append(digits, 0, exponent + 1)
        .append('.')
        .append(digits, exponent + 1, digits.length())
        .toString();
  }
}
