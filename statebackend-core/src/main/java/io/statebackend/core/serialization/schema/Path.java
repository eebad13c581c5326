// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.List;
import java.util.function.Supplier;

/**
 * Where in a value a part of it lies, such as {@code items[].price}, and the comparison that has
 * come there.
 *
 * @param text the path; empty for the value itself
 * @param comparison the comparison of the whole value
 */
public record Path(String text, Comparison comparison) {

  /** Tells that what is stored at this path is dropped by migration. */
  public void dropped(TypeSchema stored) {
    comparison.dropped(text, brief(stored));
  }

  /** Tells that a part of what is stored at this path, and of a type, is dropped by migration. */
  public void dropped(String part, String type) {
    comparison.dropped(component(part).text, type);
  }

  private Path to(String part) {
    return new Path(part, comparison);
  }

  /**
   * Compares the part at this path, which may contain itself and stand in several places, unless
   * that has been done.
   *
   * @param late makes what stands for its reader inside of itself
   * @param answer compares what the part is made of
   */
  public <T> Compatibility<T> once(
      TypeSerializer<T> declared,
      StoredType stored,
      Supplier<LateReader<T>> late,
      Supplier<Compatibility<T>> answer) {
    return comparison.once(declared, stored, text, late, answer);
  }

  /** Returns the path of a component of the record at this path. */
  public Path component(String name) {
    return to(text.isEmpty() ? name : text + "." + name);
  }

  /** Returns the path of a case of the sealed interface at this path. */
  public Path inCase(String name) {
    return to(text + "<" + name + ">");
  }

  /** Returns the path of the elements of the collection at this path. */
  public Path elements() {
    return to(text + "[]");
  }

  /** Returns the path of the keys of the map at this path. */
  public Path keys() {
    return to(text + "{key}");
  }

  /** Returns the path of the values of the map at this path. */
  public Path values() {
    return to(text + "{value}");
  }

  /** Compares the part at this path. */
  public <T> Compatibility<T> compare(TypeSerializer<T> part, StoredType stored) {
    if (part instanceof BuiltInSerializer<T> builtIn) {
      return builtIn.compatibility(stored, this);
    }
    TypeSchema own = part.schema();
    TypeSchema alone = ToldOnce.alone(stored);
    boolean isOwn = ToldOnce.alone(StoredType.of(own)).equals(alone);
    Compatibility<T> answer = part.compatibility(isOwn ? own : alone);
    return answer instanceof Compatibility.Incompatible<T> incompatible
        ? incompatible(incompatible.reason())
        : answer;
  }

  /**
   * Compares the elements or keys at this path, which cannot have been stored as no bytes: so many
   * of them could be told by a count that nothing holds it against.
   */
  public <T> Compatibility<T> compareElement(TypeSerializer<T> element, StoredType stored) {
    Compatibility<T> answer = compare(element, stored);
    return answer instanceof Compatibility.AfterMigration<T> migration
            && migration.reader().fixedLength() == 0
        ? incompatible("stored elements take no bytes: " + brief(stored.schema()))
        : answer;
  }

  /** Answers that the part at this path has another type now. */
  public <T> Compatibility<T> differs(StoredType stored, TypeSchema declared) {
    return incompatible(difference(stored.schema(), declared));
  }

  /** Answers that the part at this path cannot be read. */
  public <T> Compatibility<T> incompatible(String reason) {
    return Compatibility.incompatible(at(reason));
  }

  private String at(String reason) {
    return text.isEmpty() ? reason : text + ": " + reason;
  }

  /** Says what a part was and what it is. */
  public static String difference(TypeSchema stored, TypeSchema declared) {
    return "stored " + brief(stored) + ", declared " + brief(declared);
  }

  /** Returns the text of a schema without what named types are made of. */
  public static String brief(TypeSchema schema) {
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
