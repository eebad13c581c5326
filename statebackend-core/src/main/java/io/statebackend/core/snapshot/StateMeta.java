// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateKind;
import io.statebackend.api.TypeSerializer;

/**
 * What a snapshot tells about one state.
 *
 * @param name the name of the state
 * @param kind what the state is
 * @param namespace the form of the namespaces; {@link FieldMeta#VOID} in operator state
 * @param userKey the form of the user keys; {@link FieldMeta#VOID} but for maps
 * @param value the form of the values, elements or accumulators; of timers, that of timestamps
 */
public record StateMeta(
    String name, StateKind kind, FieldMeta namespace, FieldMeta userKey, FieldMeta value) {

  /**
   * Checks the description.
   *
   * @throws IllegalArgumentException if operator state has namespaces, or other than a map has user
   *     keys
   */
  public StateMeta {
    requireNonNull(name, "name");
    requireNonNull(value, "value");
    if (!kind.isKeyed() && !namespace.equals(FieldMeta.VOID)) {
      throw new IllegalArgumentException(
          "operator state has no namespaces: state=" + name + ", namespace=" + namespace.schema());
    }
    boolean isMap = kind == StateKind.MAP || kind == StateKind.BROADCAST_MAP;
    if (!isMap && !userKey.equals(FieldMeta.VOID)) {
      throw new IllegalArgumentException(
          "only maps have user keys: state="
              + name
              + ", kind="
              + kind
              + ", userKey="
              + userKey.schema());
    }
  }

  /** Returns the fixed length of the third field of an entry; pages have none. */
  int contentLength() {
    return switch (kind) {
      case VALUE, REDUCING, AGGREGATING, TIMERS -> value.fixedLength();
      case LIST, MAP, SPLIT_LIST, UNION_LIST, BROADCAST_MAP -> TypeSerializer.VARIABLE_LENGTH;
    };
  }
}
