// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import static java.util.Objects.requireNonNull;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A stored record of which only the schema is known; see {@link Serializers#ofSchema}.
 *
 * @param name the name of its class when it was stored, a label
 * @param components the values of its components by name, in stored order
 */
public record StoredRecord(String name, Map<String, @Nullable Object> components) {

  /** Copies the components. */
  public StoredRecord {
    requireNonNull(name, "name");
    components = Collections.unmodifiableMap(new LinkedHashMap<>(components));
  }
}
