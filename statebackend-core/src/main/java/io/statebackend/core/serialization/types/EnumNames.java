// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization.types;

import io.statebackend.api.FormerNames;
import io.statebackend.api.IncompatibleStateException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The constants of an enum by the names that they have and had.
 *
 * @param <E> the enum
 */
public final class EnumNames<E extends Enum<E>> {
  private final Class<E> type;
  private final Map<String, E> names = new HashMap<>();
  private final Map<String, E> formerNames = new HashMap<>();

  /**
   * Reads the names.
   *
   * @throws IllegalArgumentException if two constants have one name, now or formerly
   */
  public EnumNames(Class<E> type) {
    this.type = type;
    for (E constant : type.getEnumConstants()) {
      names.put(constant.name(), constant);
    }
    for (E constant : type.getEnumConstants()) {
      for (String former : formerNamesOf(constant)) {
        if (names.containsKey(former) || formerNames.put(former, constant) != null) {
          throw new IllegalArgumentException(
              "former name '%s' of constant %s.%s is taken: a name stands for one constant"
                  .formatted(former, type.getTypeName(), constant.name()));
        }
      }
    }
  }

  private List<String> formerNamesOf(E constant) {
    try {
      FormerNames former = type.getField(constant.name()).getAnnotation(FormerNames.class);
      return former == null ? List.of() : List.of(former.value());
    } catch (NoSuchFieldException e) {
      throw new IllegalArgumentException("constant without a field: " + constant, e);
    }
  }

  /**
   * Returns the constant that a stored name means, or {@code null} if there is none any more.
   *
   * @param stored all names that were stored: one that is among them under its own name is not
   *     meant by a former one
   */
  public @Nullable E find(String name, List<String> stored) {
    E constant = names.get(name);
    if (constant != null) {
      return constant;
    }
    E renamed = formerNames.get(name);
    return renamed == null || stored.contains(renamed.name()) ? null : renamed;
  }

  /** Makes the error for a stored constant that is none any more. */
  public IncompatibleStateException gone(String name) {
    return new IncompatibleStateException(
        "enum constant '"
            + name
            + "' of "
            + type.getName()
            + " is in the stored state and is no constant any more: declare it again, or name it as"
            + " a former name of another");
  }
}
