// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateKind;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSerializer;
import org.jspecify.annotations.Nullable;

/**
 * What a snapshot tells about one state.
 *
 * @param name the name of the state
 * @param kind what the state is
 * @param namespace the form of the namespaces; {@link FieldMeta#VOID} in operator state
 * @param userKey the form of the user keys; {@link FieldMeta#VOID} but for maps
 * @param value the form of the values, elements or accumulators; of timers, that of timestamps;
 *     with their times, if they have a time to live
 * @param ttl the time to live, or {@code null} if there is none
 */
public record StateMeta(
    String name,
    StateKind kind,
    FieldMeta namespace,
    FieldMeta userKey,
    FieldMeta value,
    @Nullable StateTtl ttl) {

  /** Describes a state without a time to live. */
  public StateMeta(
      String name, StateKind kind, FieldMeta namespace, FieldMeta userKey, FieldMeta value) {
    this(name, kind, namespace, userKey, value, null);
  }

  /**
   * Checks the description.
   *
   * @throws IllegalArgumentException if operator state has namespaces or a time to live, or other
   *     than a map has user keys
   */
  public StateMeta {
    requireNonNull(name, "name");
    requireNonNull(value, "value");
    if (!kind.isKeyed() && !namespace.equals(FieldMeta.VOID)) {
      throw new IllegalArgumentException(
          "operator state has no namespaces: state=" + name + ", namespace=" + namespace.schema());
    }
    if (!kind.isKeyed() && ttl != null) {
      throw new IllegalArgumentException(
          "operator state has no time to live: state=" + name + ", ttl=" + ttl);
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
