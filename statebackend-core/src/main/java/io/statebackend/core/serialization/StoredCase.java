// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static java.util.Objects.requireNonNull;

/**
 * A stored value of a sealed interface of which only the schema is known; see {@link
 * Serializers#ofSchema}.
 *
 * @param name the name of the case
 * @param value its value
 */
public record StoredCase(String name, Object value) {

  /** Checks that both are there. */
  public StoredCase {
    requireNonNull(name, "name");
    requireNonNull(value, "value");
  }
}
