// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.schema;

import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Which types can be keys: those whose values are equal if and only if their bytes are. Sets and
 * maps are not, as equal ones may come in different orders, nor URIs, in which the case of some
 * letters does not count, nor are graphs of objects, in which one object may stand in two places or
 * an equal one in the second.
 */
public final class KeyTypes {
  private KeyTypes() {}

  /** Returns what in a type keeps it from being a key, or {@code null} if nothing does. */
  public static @Nullable TypeSchema obstacle(TypeSchema schema) {
    if (Words.AMBIGUOUS.contains(schema.type())) {
      return schema;
    }
    if (schema.type().equals(Words.KRYO)) {
      return isFlat(schema) ? null : schema;
    }
    for (TypeSchema.Member member : schema.members()) {
      TypeSchema part = member.schema();
      TypeSchema found = part == null ? null : obstacle(part);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Tells whether Kryo writes one object with values and enums in its fields, and no other. */
  private static boolean isFlat(TypeSchema kryo) {
    int objects = 0;
    for (TypeSchema.Member member : kryo.members()) {
      String form = member.schema() == null ? "" : member.schema().type();
      switch (form) {
        case Words.KRYO_VALUE, Words.KRYO_CONSTANTS -> {}
        case Words.KRYO_FIELDS -> objects++;
        default -> {
          return false;
        }
      }
    }
    return objects <= 1;
  }

  public static void check(TypeSerializer<?> serializer, String role) {
    TypeSchema obstacle = obstacle(serializer.schema());
    if (obstacle != null) {
      throw new IllegalArgumentException(
          serializer.schema()
              + " cannot be a "
              + role
              + ": equal values can have different bytes, because of "
              + obstacle
              + "; use a record of what identifies the value, with lists if their order counts");
    }
  }
}
