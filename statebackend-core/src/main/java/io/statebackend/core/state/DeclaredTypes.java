// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.StateDescriptor;
import io.statebackend.api.StateKind;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.StateMeta;
import org.jspecify.annotations.Nullable;

/**
 * What the running code says a state is.
 *
 * @param name the name of the state
 * @param kind what it is
 * @param namespace the serializer of the namespaces; that of {@code void} in operator state
 * @param userKey the serializer of the user keys; that of {@code void} but for maps
 * @param value the serializer of the values, elements or accumulators; with their times, if they
 *     have a time to live
 * @param ttl the time to live, or {@code null} if there is none
 */
public record DeclaredTypes(
    String name,
    StateKind kind,
    TypeSerializer<?> namespace,
    TypeSerializer<?> userKey,
    TypeSerializer<?> value,
    @Nullable StateTtl ttl) {

  /** Makes the types of a state without a time to live. */
  public DeclaredTypes(
      String name,
      StateKind kind,
      TypeSerializer<?> namespace,
      TypeSerializer<?> userKey,
      TypeSerializer<?> value) {
    this(name, kind, namespace, userKey, value, null);
  }

  /**
   * Returns the types of a keyed state.
   *
   * @param descriptor the state
   * @param namespace the serializer of its namespaces
   */
  public static DeclaredTypes ofKeyed(StateDescriptor descriptor, TypeSerializer<?> namespace) {
    TypeSerializer<?> userKey =
        descriptor instanceof MapStateDescriptor<?, ?> map
            ? map.userKeySerializer()
            : VoidNamespace.serializer();
    StateTtl ttl = descriptor.ttl();
    TypeSerializer<?> value = descriptor.valueSerializer();
    return new DeclaredTypes(
        descriptor.name(),
        descriptor.kind(),
        namespace,
        userKey,
        ttl == null ? value : new TimedSerializer<>(value, ttl),
        ttl);
  }

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
        name, kind, FieldMeta.of(namespace), FieldMeta.of(userKey), FieldMeta.of(value), ttl);
  }
}
