// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import io.statebackend.api.TypeSchema;
import io.statebackend.api.TypeSerializer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which types can be keys: those whose values are equal if and only if their bytes are. Sets and
 * maps are not, as equal ones may come in different orders.
 */
final class KeyTypes {
  private static final Set<String> UNORDERED = Set.of("set", "map");

  private KeyTypes() {}

  /** Returns what in a type keeps it from being a key, or {@code null} if nothing does. */
  static @Nullable TypeSchema obstacle(TypeSchema schema) {
    if (UNORDERED.contains(schema.type())) {
      return schema;
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

  static void check(TypeSerializer<?> serializer, String role) {
    TypeSchema obstacle = obstacle(serializer.schema());
    if (obstacle != null) {
      throw new IllegalArgumentException(
          serializer.schema()
              + " cannot be a "
              + role
              + ": equal values can have different bytes, as the order in a "
              + obstacle
              + " is not fixed; use a list, whose order counts, or a record of what identifies the"
              + " value");
    }
  }
}
