// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.TypeSchema;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stored schema in its place, with its references followed: to a record or union around it, and
 * to a type that was told before. Two are equal if they are one: the same text means different
 * types in different places. A type that stands in several places is one.
 */
public final class StoredType {
  private final TypeSchema schema;

  /** By member; null where a member has no type. */
  private final @Nullable StoredType[] parts;

  /** Levels of types in this one, itself and what it refers to included; 0 until it has ended. */
  private int height;

  private StoredType(TypeSchema schema) {
    this.schema = schema;
    this.parts = new @Nullable StoredType[schema.members().size()];
  }

  /** Returns a whole schema. */
  public static StoredType of(TypeSchema schema) {
    return new Reading().read(schema, null, 1);
  }

  public TypeSchema schema() {
    return schema;
  }

  public String type() {
    return schema.type();
  }

  public List<TypeSchema.Member> members() {
    return schema.members();
  }

  /** Returns how many levels of types it has, itself included. */
  int height() {
    return height;
  }

  /** Tells whether it is of a kind and made of a number of unnamed types. */
  public boolean matches(String type, int count) {
    return schema.type().equals(type)
        && schema.members().size() == count
        && schema.members().stream().allMatch(member -> member.schema() != null);
  }

  /** Tells whether it is of elements after their number. */
  public boolean isElements() {
    return Words.ELEMENTS.contains(schema.type()) && matches(schema.type(), 1);
  }

  /**
   * Returns the type of a member that has one. A reference is followed; one to nothing is returned
   * as it is, and is a word that nobody knows.
   */
  public StoredType part(int member) {
    StoredType part = parts[member];
    if (part == null) {
      throw new IllegalArgumentException("member " + member + " has no type: " + schema);
    }
    return part;
  }

  /** Follows the references of one text from its beginning to its end. */
  private static final class Reading {
    /** By name the types told so far, in the order in which they begin. */
    private final Map<String, List<StoredType>> told = new HashMap<>();

    /** A type that can be referred to from inside, and those around it. */
    private record Around(StoredType type, @Nullable Around outer) {}

    StoredType read(TypeSchema schema, @Nullable Around around, int depth) {
      StoredType referredTo =
          switch (schema.type()) {
            case Words.ENCLOSING -> enclosing(schema, around);
            case Words.TOLD -> told(schema, depth);
            default -> null;
          };
      if (referredTo != null) {
        return referredTo;
      }
      StoredType type = new StoredType(schema);
      String name = schema.name();
      if (name != null && Words.NAMED.contains(schema.type())) {
        told.computeIfAbsent(name, n -> new ArrayList<>()).add(type);
      }
      boolean isAround = name != null && Words.AROUND.contains(schema.type());
      Around inside = isAround ? new Around(type, around) : around;
      int height = 0;
      for (int i = 0; i < type.parts.length; i++) {
        TypeSchema part = schema.members().get(i).schema();
        if (part != null) {
          StoredType read = read(part, inside, depth + 1);
          type.parts[i] = read;
          height = Math.max(height, Math.max(1, read.height));
        }
      }
      type.height = height + 1;
      return type;
    }

    private static @Nullable StoredType enclosing(TypeSchema reference, @Nullable Around around) {
      for (Around a = around; a != null; a = a.outer) {
        if (Objects.equals(a.type.schema.name(), reference.name())) {
          return a.type;
        }
      }
      return null;
    }

    private @Nullable StoredType told(TypeSchema reference, int depth) {
      List<StoredType> types = told.getOrDefault(String.valueOf(reference.name()), List.of());
      int index = index(reference);
      StoredType type = index >= 0 && index < types.size() ? types.get(index) : null;
      boolean fits =
          type != null && type.height > 0 && depth - 1 + type.height <= TypeSchema.DEPTH_MAX;
      return fits ? type : null;
    }

    /** Returns which of the types of one name is meant, or -1 if that cannot be told. */
    private static int index(TypeSchema reference) {
      if (reference.members().isEmpty()) {
        return 0;
      }
      String number = String.valueOf(reference.members().get(0).name());
      return reference.members().size() == 1 && number.matches("[1-9][0-9]{0,6}")
          ? Integer.parseInt(number) - 1
          : -1;
    }
  }
}
