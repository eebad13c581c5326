// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.TypeSchema;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds where two schemas differ, for messages. */
public final class SchemaDifference {
  private SchemaDifference() {}

  /**
   * Says where a stored schema first differs from a declared one.
   *
   * @param stored the schema in a snapshot
   * @param declared the schema of the running code
   * @return the path of the part, its stored and its declared type, such as {@code items[].price:
   *     stored int32, declared int64}
   */
  public static String of(TypeSchema stored, TypeSchema declared) {
    String difference = find(stored, declared, Path.ROOT);
    return difference == null ? Path.difference(stored, declared) : difference;
  }

  /** Returns the first difference, or {@code null} if there are none but those of type names. */
  private static @Nullable String find(TypeSchema stored, TypeSchema declared, Path path) {
    List<TypeSchema.Member> before = stored.members();
    List<TypeSchema.Member> after = declared.members();
    if (!stored.type().equals(declared.type())) {
      return path.at(Path.difference(stored, declared));
    }
    for (int i = 0; i < Math.min(before.size(), after.size()); i++) {
      TypeSchema.Member was = before.get(i);
      TypeSchema.Member is = after.get(i);
      if (!Objects.equals(was.name(), is.name())) {
        return path.at("stored " + describe(was) + ", declared " + describe(is) + " in its place");
      }
      TypeSchema partBefore = was.schema();
      TypeSchema partAfter = is.schema();
      if (partBefore != null && partAfter != null) {
        String difference = find(partBefore, partAfter, part(path, stored, i));
        if (difference != null) {
          return difference;
        }
      }
    }
    if (before.size() != after.size()) {
      boolean isRemoved = before.size() > after.size();
      return path.at(
          isRemoved
              ? "stored " + describe(before.get(after.size())) + ", not declared"
              : "not stored, declared " + describe(after.get(before.size())));
    }
    return null;
  }

  private static Path part(Path path, TypeSchema whole, int index) {
    String name = whole.members().get(index).name();
    if (name != null) {
      return path.component(name);
    }
    return switch (whole.type()) {
      case Words.LIST, Words.SET, Words.ARRAY -> path.elements();
      case Words.MAP -> index == 0 ? path.keys() : path.values();
      default -> path;
    };
  }

  private static String describe(TypeSchema.Member member) {
    TypeSchema schema = member.schema();
    String type = schema == null ? "" : Path.brief(schema);
    return member.name() == null ? type : "'" + member.name() + "' " + type.trim();
  }
}
