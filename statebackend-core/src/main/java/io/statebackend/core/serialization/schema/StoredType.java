// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.TypeSchema;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A stored schema in its place, from where it may refer to a record or union around it. Two are
 * equal if they are one: the same text means different types in different places.
 */
public final class StoredType {
  private final TypeSchema schema;

  /** The innermost type around this one that can be referred to. */
  private final @Nullable StoredType enclosing;

  private StoredType(TypeSchema schema, @Nullable StoredType enclosing) {
    this.schema = schema;
    this.enclosing = enclosing;
  }

  /** Returns a whole schema. */
  public static StoredType of(TypeSchema schema) {
    return new StoredType(schema, null);
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
    TypeSchema part = schema.members().get(member).schema();
    if (part == null) {
      throw new IllegalArgumentException("member " + member + " has no type: " + schema);
    }
    StoredType around = canBeReferredTo() ? this : enclosing;
    if (part.type().equals(Words.ENCLOSING)) {
      for (StoredType type = around; type != null; type = type.enclosing) {
        if (Objects.equals(type.schema.name(), part.name())) {
          return type;
        }
      }
    }
    return new StoredType(part, around);
  }

  private boolean canBeReferredTo() {
    return schema.name() != null
        && (schema.type().equals(Words.RECORD) || schema.type().equals(Words.UNION));
  }
}
