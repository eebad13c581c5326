// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.SnapshotHeader;
import io.statebackend.core.snapshot.StateMeta;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the snapshots of one operator say about its keys and states. */
final class StoredStates {
  private final SortedMap<String, StateMeta> states = new TreeMap<>();
  private FieldMeta key = FieldMeta.VOID;

  /** Adds what one snapshot tells. */
  void add(SnapshotHeader header) {
    header.states().forEach(state -> states.putIfAbsent(state.name(), state));
    if (key.equals(FieldMeta.VOID)) {
      key = header.key();
    }
  }

  /** Returns the form of the keys, or nothing if there is no keyed state. */
  Optional<FieldMeta> key() {
    return key.equals(FieldMeta.VOID) ? Optional.empty() : Optional.of(key);
  }

  /** Returns the names of the states, in their order. */
  Set<String> names() {
    return states.keySet();
  }

  /** Returns a state, or {@code null} if there is none of that name. */
  @Nullable StateMeta get(String name) {
    return states.get(name);
  }
}
