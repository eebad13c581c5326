// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateKind;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.StateMeta;

/**
 * What the running code says a state is.
 *
 * @param name the name of the state
 * @param kind what it is
 * @param namespace the serializer of the namespaces; that of {@code void} in operator state
 * @param userKey the serializer of the user keys; that of {@code void} but for maps
 * @param value the serializer of the values, elements or accumulators
 */
public record DeclaredTypes(
    String name,
    StateKind kind,
    TypeSerializer<?> namespace,
    TypeSerializer<?> userKey,
    TypeSerializer<?> value) {

  /** Checks that all is there. */
  public DeclaredTypes {
    requireNonNull(name, "name");
    requireNonNull(kind, "kind");
    requireNonNull(namespace, "namespace");
    requireNonNull(userKey, "userKey");
    requireNonNull(value, "value");
  }

  /**
   * Returns what timers are.
   *
   * @param name their name
   * @param namespace the serializer of the namespaces
   * @return what they are: their values are timestamps
   */
  public static DeclaredTypes ofTimers(String name, TypeSerializer<?> namespace) {
    return new DeclaredTypes(
        name, StateKind.TIMERS, namespace, VoidNamespace.serializer(), Serializers.LONG);
  }

  /** Returns what a snapshot tells of the state. */
  StateMeta meta() {
    return new StateMeta(
        name, kind, FieldMeta.of(namespace), FieldMeta.of(userKey), FieldMeta.of(value));
  }
}
