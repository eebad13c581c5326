// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.TypeSchema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A type in a schema, with what it refers to ({@code told}, {@code enclosing}) in its place.
 *
 * @param schema the type, never a reference
 * @param around the record or union that it lies in, or {@code null}
 * @param told the types with a name, in the order in which the whole schema tells them
 */
record ResolvedType(TypeSchema schema, @Nullable ResolvedType around, List<TypeSchema> told) {

  /** Resolves a whole schema. */
  static ResolvedType of(TypeSchema whole) {
    List<TypeSchema> told = new ArrayList<>();
    tell(whole, told);
    return new ResolvedType(whole, null, told);
  }

  private static void tell(TypeSchema schema, List<TypeSchema> told) {
    if (schema.name() != null && !isReference(schema)) {
      told.add(schema);
    }
    for (TypeSchema.Member member : schema.members()) {
      if (member.schema() != null) {
        tell(member.schema(), told);
      }
    }
  }

  private static boolean isReference(TypeSchema schema) {
    return schema.type().equals("told") || schema.type().equals("enclosing");
  }

  String word() {
    return schema.type();
  }

  int partCount() {
    return schema.members().size();
  }

  String nameOfPart(int index) {
    return String.valueOf(schema.members().get(index).name());
  }

  List<String> namesOfParts() {
    return schema.members().stream().map(member -> String.valueOf(member.name())).toList();
  }

  /**
   * Returns a part.
   *
   * @throws IllegalArgumentException if there is none, or it refers to nothing
   */
  ResolvedType part(int index) {
    TypeSchema part = index < partCount() ? schema.members().get(index).schema() : null;
    if (part == null) {
      throw unknown(schema);
    }
    boolean isOuter = word().equals("record") || word().equals("union");
    ResolvedType outer = isOuter ? this : around;
    return switch (part.type()) {
      case "enclosing" -> enclosing(part, outer);
      case "told" -> new ResolvedType(find(part), outer, told);
      default -> new ResolvedType(part, outer, told);
    };
  }

  private static ResolvedType enclosing(TypeSchema reference, @Nullable ResolvedType outer) {
    for (ResolvedType type = outer; type != null; type = type.around) {
      if (String.valueOf(type.schema.name()).equals(reference.name())) {
        return type;
      }
    }
    throw unknown(reference);
  }

  /** {@code told "name"} is the first type of the name, {@code told "name"("2")} the second. */
  private TypeSchema find(TypeSchema reference) {
    int number =
        reference.members().isEmpty()
            ? 1
            : Integer.parseInt(String.valueOf(reference.members().get(0).name()));
    return told.stream()
        .filter(type -> String.valueOf(type.name()).equals(reference.name()))
        .skip(number - 1L)
        .findFirst()
        .orElseThrow(() -> unknown(reference));
  }

  private static IllegalArgumentException unknown(TypeSchema schema) {
    return new IllegalArgumentException("a type that is not known here: " + schema);
  }

  /** Returns the type in few words, for messages. */
  String brief() {
    return schema.name() == null ? schema.toString() : schema.type() + " " + schema.name();
  }
}
