// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.TypeSerializer;
import io.statebackend.api.spi.KeyContext;
import org.jspecify.annotations.Nullable;

/**
 * What a handle of keyed state speaks of: the current key and the current namespace.
 *
 * @param <K> the type of the keys
 * @param <N> the type of the namespaces
 */
final class StateScope<K, N> {
  private final String stateName;
  private final KeyContext<K> key;
  private final TypeSerializer<N> namespaceSerializer;
  private @Nullable N namespace;

  StateScope(
      String stateName,
      KeyContext<K> key,
      TypeSerializer<N> namespaceSerializer,
      @Nullable N namespace) {
    this.stateName = stateName;
    this.key = key;
    this.namespaceSerializer = namespaceSerializer;
    this.namespace = namespace;
  }

  /** Returns the cursor, which is on a key. */
  KeyContext<K> key() {
    key.checkSet();
    return key;
  }

  N namespace() {
    N current = namespace;
    if (current == null) {
      throw new IllegalStateException(
          "no current namespace of state '" + stateName + "': call in(namespace) first");
    }
    return current;
  }

  void moveTo(N namespace) {
    // A copy, unless it is immutable: the caller may reuse the object for the next namespace.
    this.namespace = namespaceSerializer.copy(requireNonNull(namespace, "namespace"));
  }

  String stateName() {
    return stateName;
  }

  /** Tells whether the scope moves with a cursor, that is, belongs to the backend of the cursor. */
  boolean follows(KeyContext<?> cursor) {
    return key == cursor;
  }

  TypeSerializer<N> namespaceSerializer() {
    return namespaceSerializer;
  }

  /** Refuses {@code null}, naming the state and what was null. */
  <T> T requireNonNull(@Nullable T value, String what) {
    if (value == null) {
      throw new NullPointerException(
          "null is not a legal " + what + " of state '" + stateName + "'");
    }
    return value;
  }
}
