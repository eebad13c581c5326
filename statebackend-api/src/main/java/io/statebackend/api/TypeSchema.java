// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A readable description of a serialized form, stored with every snapshot.
 *
 * <p>It is a tree of words: {@code int64}, {@code list(string)}, {@code record
 * "com.example.Order"("id": int64, "notes": list(string))}, {@code enum "Color"("RED", "GREEN")}.
 * The text form is that of {@link #toString()} and {@link #parse}; its grammar and the words in use
 * are in docs/format/type-schema-v1.md. A name in it is a label, never a class to load. Immutable.
 *
 * @param type the kind of the form, a lower-case word of letters, digits and dashes
 * @param name the name of the type, or {@code null} if it has none
 * @param members what it is made of, in serialized order; empty for simple types
 */
public record TypeSchema(String type, @Nullable String name, List<Member> members) {

  /** The maximum length of a text form that {@link #parse} reads, in UTF-16 code units. */
  public static final int TEXT_LENGTH_MAX = 1 << 20;

  /** The maximum depth to which types are nested. */
  public static final int DEPTH_MAX = 64;

  /**
   * One part of a type: a field, an element, or a constant.
   *
   * @param name its name, or {@code null} if it has none
   * @param schema its type, or {@code null} if it has none, as a constant of an enum
   */
  public record Member(@Nullable String name, @Nullable TypeSchema schema) {

    /**
     * Checks the member.
     *
     * @throws IllegalArgumentException if both name and schema are absent
     */
    public Member {
      if (name == null && schema == null) {
        throw new IllegalArgumentException("a member needs a name or a schema");
      }
    }
  }

  /**
   * Checks the schema.
   *
   * @throws IllegalArgumentException if the type is not a lower-case word, or the schema is nested
   *     deeper than 64 levels, because it could not be read back
   */
  public TypeSchema {
    if (type.isEmpty() || !type.chars().allMatch(c -> Parser.isWordPart((char) c))) {
      throw new IllegalArgumentException(
          "a schema's type is a lower-case word of a-z, 0-9 and '-': type=" + type);
    }
    members = List.copyOf(members);
    if (depth(members) > DEPTH_MAX) {
      throw new IllegalArgumentException(
          "a schema is nested deeper than " + DEPTH_MAX + " levels: type=" + type);
    }
  }

  private static int depth(List<Member> members) {
    int depth = 0;
    for (Member member : members) {
      if (member.schema != null) {
        depth = Math.max(depth, depth(member.schema.members));
      }
    }
    return depth + 1;
  }

  /**
   * Describes a simple type, or one made of unnamed parts.
   *
   * @param type the kind, such as {@code int64} or {@code list}
   * @param parts the parts, such as the element type
   * @return the schema
   */
  public static TypeSchema of(String type, TypeSchema... parts) {
    List<Member> members = new ArrayList<>();
    for (TypeSchema part : parts) {
      members.add(new Member(null, part));
    }
    return new TypeSchema(type, null, members);
  }

  /**
   * Describes a named type.
   *
   * @param type the kind, such as {@code record}
   * @param name the name of the type
   * @param members its parts in serialized order
   * @return the schema
   */
  public static TypeSchema named(String type, String name, List<Member> members) {
    return new TypeSchema(type, name, members);
  }

  /**
   * Reads the text form.
   *
   * @param text the result of {@link #toString()} of some schema
   * @return the schema
   * @throws CorruptStateException if the text is not of that form, nested deeper than 64 levels, or
   *     longer than 1 Mi characters
   */
  public static TypeSchema parse(String text) {
    if (text.length() > TEXT_LENGTH_MAX) {
      throw new CorruptStateException("schema is too long: length=" + text.length());
    }
    return new Parser(text).parseWhole();
  }

  /** Returns the text form, which {@link #parse} reads. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    append(text);
    return text.toString();
  }

  private void append(StringBuilder text) {
    text.append(type);
    if (name != null) {
      text.append(' ');
      quote(name, text);
    }
    if (!members.isEmpty()) {
      text.append('(');
      String separator = "";
      for (Member member : members) {
        text.append(separator);
        separator = ", ";
        if (member.name != null) {
          quote(member.name, text);
        }
        if (member.schema != null) {
          text.append(member.name == null ? "" : ": ");
          member.schema.append(text);
        }
      }
      text.append(')');
    }
  }

  private static void quote(String value, StringBuilder text) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\');
      }
      text.append(c);
    }
    text.append('"');
  }

  /** A recursive-descent reader of the text form. */
  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    static boolean isWordPart(char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }

    TypeSchema parseWhole() {
      TypeSchema schema = parseSchema(1);
      if (at != text.length()) {
        throw unexpected("the end");
      }
      return schema;
    }

    private TypeSchema parseSchema(int depth) {
      if (depth > DEPTH_MAX) {
        throw new CorruptStateException("schema is nested deeper than " + DEPTH_MAX + " levels");
      }
      int from = at;
      while (at < text.length() && isWordPart(text.charAt(at))) {
        at++;
      }
      if (at == from) {
        throw unexpected("a type");
      }
      String type = text.substring(from, at);
      String name = accept(" ") ? parseQuoted() : null;
      List<Member> members = new ArrayList<>();
      if (accept("(")) {
        do {
          members.add(parseMember(depth));
        } while (accept(", "));
        if (!accept(")")) {
          throw unexpected("',' or ')'");
        }
      }
      return new TypeSchema(type, name, members);
    }

    private Member parseMember(int depth) {
      if (at < text.length() && text.charAt(at) == '"') {
        String name = parseQuoted();
        return new Member(name, accept(": ") ? parseSchema(depth + 1) : null);
      }
      return new Member(null, parseSchema(depth + 1));
    }

    private String parseQuoted() {
      if (!accept("\"")) {
        throw unexpected("'\"'");
      }
      StringBuilder value = new StringBuilder();
      while (at < text.length()) {
        char c = text.charAt(at++);
        if (c == '"') {
          return value.toString();
        }
        if (c == '\\' && at < text.length()) {
          c = text.charAt(at++);
        }
        value.append(c);
      }
      throw unexpected("'\"'");
    }

    private boolean accept(String token) {
      if (text.startsWith(token, at)) {
        at += token.length();
        return true;
      }
      return false;
    }

    private CorruptStateException unexpected(String expected) {
      return new CorruptStateException(
          "not a schema: expected " + expected + " at character " + at + " of '" + text + "'");
    }
  }
}
