// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.List;

/**
 * Where in a value a part of it lies, such as {@code items[].price}.
 *
 * @param text the path; empty for the value itself
 */
record Path(String text) {
  static final Path ROOT = new Path("");

  /** Returns the path of a component of the record at this path. */
  Path component(String name) {
    return new Path(text.isEmpty() ? name : text + "." + name);
  }

  /** Returns the path of a case of the sealed interface at this path. */
  Path inCase(String name) {
    return new Path(text + "<" + name + ">");
  }

  /** Returns the path of the elements of the collection at this path. */
  Path elements() {
    return new Path(text + "[]");
  }

  /** Returns the path of the keys of the map at this path. */
  Path keys() {
    return new Path(text + "{key}");
  }

  /** Returns the path of the values of the map at this path. */
  Path values() {
    return new Path(text + "{value}");
  }

  /** Compares the part at this path. */
  <T> Compatibility<T> compare(TypeSerializer<T> part, TypeSchema stored) {
    if (part instanceof BuiltInSerializer<T> builtIn) {
      return builtIn.compatibility(stored, this);
    }
    Compatibility<T> answer = part.compatibility(stored);
    return answer instanceof Compatibility.Incompatible<T> incompatible
        ? incompatible(incompatible.reason())
        : answer;
  }

  /** Answers that the part at this path has another type now. */
  <T> Compatibility<T> differs(TypeSchema stored, TypeSchema declared) {
    return incompatible(difference(stored, declared));
  }

  /** Answers that the part at this path cannot be read. */
  <T> Compatibility<T> incompatible(String reason) {
    return Compatibility.incompatible(at(reason));
  }

  /** Puts the path before a text. */
  String at(String reason) {
    return text.isEmpty() ? reason : text + ": " + reason;
  }

  /** Says what a part was and what it is. */
  static String difference(TypeSchema stored, TypeSchema declared) {
    return "stored " + brief(stored) + ", declared " + brief(declared);
  }

  /** Returns the text of a schema without what named types are made of. */
  static String brief(TypeSchema schema) {
    if (schema.name() != null) {
      return new TypeSchema(schema.type(), schema.name(), List.of()).toString();
    }
    StringBuilder text = new StringBuilder(schema.type());
    String separator = "(";
    for (TypeSchema.Member member : schema.members()) {
      TypeSchema part = member.schema();
      text.append(separator).append(part == null ? '"' + member.name() + '"' : brief(part));
      separator = ", ";
    }
    return text.append(schema.members().isEmpty() ? "" : ")").toString();
  }
}
