// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.core.snapshot.EventTime;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.StateMeta;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The states of one subtask by name: those that its code has declared, and those that its restored
 * snapshots hold.
 *
 * <p>A restored state that is not declared is not lost: it is carried from snapshot to snapshot
 * until it is declared, or dropped by its name. Of keyed state only what old subtasks with key
 * groups of this one had counts. Old subtasks need not agree on the form of a state: one of them
 * may have migrated it while another one, which did not declare it, carried it on as it was.
 *
 * <p>Owned by the subtask's thread.
 */
public final class StateRegistry implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(StateRegistry.class);

  private final SubtaskPosition position;
  private final RestoredSnapshots restored;
  private final Map<String, StateMeta> declared = new LinkedHashMap<>();

  /** Where the restored snapshots hold each undeclared state, in the order of the old subtasks. */
  private final Map<String, List<RestoredState>> undeclared = new TreeMap<>();

  /** The names of {@code undeclared}, for other threads to see. */
  private volatile List<String> undeclaredNames = List.of();

  /** The names of restored keyed states that are dropped. */
  private final Set<String> droppedKeyed = new TreeSet<>();

  /** The names of undeclared keyed states that the engine has restored by itself. */
  private final Set<String> inEngine = new TreeSet<>();

  /**
   * Creates the registry of a subtask.
   *
   * @param position which part of the operator the subtask is
   * @param restored the operator's snapshots of the restored checkpoint; the registry owns them
   * @param dropped the names of states that are dropped: as if they had not been restored
   */
  public StateRegistry(SubtaskPosition position, RestoredSnapshots restored, Set<String> dropped) {
    this.position = position;
    this.restored = restored;
    for (SnapshotReader part : restored.parts()) {
      boolean hasOwnKeys = part.header().keyGroups().intersects(position.keyGroups());
      List<StateMeta> states = part.header().states();
      for (int index = 0; index < states.size(); index++) {
        if (hasOwnKeys || !states.get(index).kind().isKeyed()) {
          undeclared
              .computeIfAbsent(states.get(index).name(), name -> new ArrayList<>())
              .add(
                  new RestoredState(
                      position.operatorId(), part, index, restored.timestampMillis()));
        }
      }
    }
    for (String name : dropped) {
      List<RestoredState> parts = undeclared.remove(name);
      if (parts != null) {
        if (parts.stream().anyMatch(part -> part.meta().kind().isKeyed())) {
          droppedKeyed.add(name);
        }
        logger.info("state '{}' of operator '{}' is dropped", name, position.operatorId());
      }
    }
    undeclaredNames = List.copyOf(undeclared.keySet());
  }

  /**
   * Declares a state.
   *
   * @return {@code true} if it is declared for the first time
   * @throws IllegalStateException if another state of that name is declared
   */
  boolean declare(StateMeta meta) {
    StateMeta existing = declared.putIfAbsent(meta.name(), meta);
    if (existing != null && !existing.equals(meta)) {
      throw new IllegalStateException(
          ("state '%s' of operator '%s' is declared twice and differently: first=%s, now=%s; give"
                  + " one of them another name")
              .formatted(meta.name(), position.operatorId(), describe(existing), describe(meta)));
    }
    return existing == null;
  }

  /** Takes back a first declaration whose state could not be created. */
  void withdraw(StateMeta meta) {
    declared.remove(meta.name());
  }

  /** Notes that what the snapshots hold of a state is loaded, and need not be carried any more. */
  void loaded(StateMeta meta) {
    undeclared.remove(meta.name());
    inEngine.remove(meta.name());
    undeclaredNames = List.copyOf(undeclared.keySet());
    if (undeclared.isEmpty()) {
      restored.close();
    }
  }

  private static String describe(StateMeta meta) {
    return meta.kind()
        + " of "
        + meta.value().schema()
        + " by namespace "
        + meta.namespace().schema();
  }

  /** Returns where the restored snapshots hold a state, in the order of the old subtasks. */
  List<RestoredState> restored(String name) {
    return List.copyOf(undeclared.getOrDefault(name, List.of()));
  }

  /** Returns the restored states that nobody has declared, by name in their order. */
  Map<String, List<RestoredState>> undeclared() {
    return Collections.unmodifiableMap(undeclared);
  }

  /**
   * Returns the names of the restored states that are not declared, for which the restored
   * snapshots are still needed. May be asked by any thread.
   */
  List<String> undeclaredNames() {
    return undeclaredNames;
  }

  /** Returns the names of restored keyed states that are dropped. */
  Set<String> droppedKeyed() {
    return droppedKeyed;
  }

  /** Notes the tables that the engine has restored from snapshots of its own. */
  void restoredInEngine(Set<String> tables) {
    tables.stream().filter(undeclared::containsKey).forEach(inEngine::add);
  }

  /** Tells whether the engine has a table of that name, which is not declared yet. */
  boolean isInEngine(String name) {
    return inEngine.contains(name);
  }

  /** Returns the event time from which the subtask goes on, or null if there is none. */
  @Nullable EventTime eventTime() {
    return EventTime.least(
        restored.parts().stream()
            .map(SnapshotReader::header)
            .filter(header -> header.keyGroups().intersects(position.keyGroups()))
            .toList());
  }

  /** Returns the snapshots that undeclared states are carried from. */
  RestoredSnapshots snapshots() {
    return restored;
  }

  /** Releases the restored snapshots. */
  @Override
  public void close() {
    restored.close();
  }
}
