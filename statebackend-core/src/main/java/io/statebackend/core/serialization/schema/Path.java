// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.Compatibility;
import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where in a value a part of it lies, such as {@code items[].price}, and what a comparison takes
 * for granted there.
 *
 * @param text the path; empty for the value itself
 * @param assumptions the answers for types that are being compared and contain themselves
 * @param losses is told each part whose stored values have no place any more
 */
public record Path(String text, List<Assumption<?>> assumptions, Consumer<String> losses) {
  static final Path ROOT = tellingLosses(loss -> {});

  /** Each assumption can double the work, and a stored schema can be made to that end. */
  private static final int ASSUMPTIONS_MAX = 8;

  /**
   * The answer for a pair of types, to be used inside of them.
   *
   * @param declared the declared type
   * @param stored the stored type
   * @param answer the answer
   */
  private record Assumption<T>(
      TypeSerializer<T> declared, StoredType stored, Compatibility<T> answer) {}

  /** Returns the path of a whole value, of which a comparison tells what migration drops. */
  static Path tellingLosses(Consumer<String> losses) {
    return new Path("", List.of(), losses);
  }

  /** Tells that what is stored at this path is dropped by migration. */
  public void dropped(TypeSchema stored) {
    losses.accept(text + " " + brief(stored));
  }

  private Path to(String part) {
    return new Path(part, assumptions, losses);
  }

  /** Returns this path, with an answer for a pair of types. */
  public <T> Path assuming(TypeSerializer<T> declared, StoredType stored, Compatibility<T> answer) {
    List<Assumption<?>> more = new ArrayList<>(assumptions);
    more.add(new Assumption<>(declared, stored, answer));
    return new Path(text, List.copyOf(more), losses);
  }

  /** Returns the answer that is assumed for a pair of types, or {@code null} if there is none. */
  @SuppressWarnings("unchecked") // An assumption of a declared type has an answer for that type.
  public <T> @Nullable Compatibility<T> assumed(TypeSerializer<T> declared, StoredType stored) {
    for (Assumption<?> assumption : assumptions) {
      if (assumption.declared == declared && assumption.stored == stored) {
        return (Compatibility<T>) assumption.answer;
      }
    }
    return null;
  }

  /** Tells whether there are so many assumptions that no more can be added. */
  public boolean isTooInvolved() {
    return assumptions.size() == ASSUMPTIONS_MAX;
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
    Compatibility<T> answer = part.compatibility(stored.schema());
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

  /** Puts the path before a text. */
  String at(String reason) {
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
