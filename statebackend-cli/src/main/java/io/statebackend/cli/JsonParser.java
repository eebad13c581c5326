// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON that a person has typed. Whole numbers are {@link BigInteger}, others decimals. */
final class JsonParser {
  private static final int DEPTH_MAX = 200;

  private final String text;
  private int at;

  private JsonParser(String text) {
    this.text = text;
  }

  /**
   * Reads a text.
   *
   * @throws IllegalArgumentException if it is not JSON; says where
   */
  static @Nullable Object parse(String text) {
    JsonParser parser = new JsonParser(text);
    Object tree = parser.value(0);
    parser.skipBlanks();
    if (parser.at != text.length()) {
      throw parser.unexpected("the end");
    }
    return tree;
  }

  private @Nullable Object value(int depth) {
    if (depth > DEPTH_MAX) {
      throw new IllegalArgumentException("JSON is nested deeper than " + DEPTH_MAX + " levels");
    }
    skipBlanks();
    if (accept("{")) {
      return members(depth);
    } else if (accept("[")) {
      return elements(depth);
    } else if (at < text.length() && text.charAt(at) == '"') {
      return string();
    } else if (accept("true")) {
      return true;
    } else if (accept("false")) {
      return false;
    } else if (accept("null")) {
      return null;
    }
    return number();
  }

  private Map<String, @Nullable Object> members(int depth) {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    skipBlanks();
    if (accept("}")) {
      return members;
    }
    do {
      skipBlanks();
      String name = string();
      skipBlanks();
      require(":");
      members.put(name, value(depth + 1));
      skipBlanks();
    } while (accept(","));
    require("}");
    return members;
  }

  private List<@Nullable Object> elements(int depth) {
    List<@Nullable Object> elements = new ArrayList<>();
    skipBlanks();
    if (accept("]")) {
      return elements;
    }
    do {
      elements.add(value(depth + 1));
      skipBlanks();
    } while (accept(","));
    require("]");
    return elements;
  }

  private String string() {
    require("\"");
    StringBuilder value = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      value.append(c == '\\' ? escaped() : c);
    }
    require("\"");
    return value.toString();
  }

  private char escaped() {
    char c = at < text.length() ? text.charAt(at++) : ' ';
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> unicode();
      default -> throw unexpected("an escape such as \\n or \\u0041");
    };
  }

  private char unicode() {
    if (at + 4 > text.length()) {
      throw unexpected("four hexadecimal digits");
    }
    try {
      int c = Integer.parseInt(text.substring(at, at + 4), 16);
      at += 4;
      return (char) c;
    } catch (NumberFormatException e) {
      throw unexpected("four hexadecimal digits");
    }
  }

  private Number number() {
    int from = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    String digits = text.substring(from, at);
    try {
      if (digits.matches("-?[0-9]+")) {
        return new BigInteger(digits);
      }
      BigDecimal decimal = new BigDecimal(digits);
      // A decimal has no negative zero.
      return decimal.signum() == 0 && digits.startsWith("-") ? Double.valueOf(-0.0) : decimal;
    } catch (NumberFormatException e) {
      at = from;
      throw unexpected("a value");
    }
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private boolean accept(String expected) {
    boolean isThere = text.startsWith(expected, at);
    at += isThere ? expected.length() : 0;
    return isThere;
  }

  private void require(String expected) {
    if (!accept(expected)) {
      throw unexpected(expected);
    }
  }

  private IllegalArgumentException unexpected(String expected) {
    return new IllegalArgumentException(
        "not JSON: expected %s at position %d of %s".formatted(expected, at, text));
  }
}
