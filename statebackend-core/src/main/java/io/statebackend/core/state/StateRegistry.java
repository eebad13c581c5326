// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.core.snapshot.SnapshotReader;
import io.statebackend.core.snapshot.StateMeta;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The states of one subtask by name: those that its code has declared, and those that its restored
 * snapshots hold.
 *
 * <p>A restored state that is not declared is not lost: it is carried from snapshot to snapshot
 * until it is declared, or given up by its name. Owned by the subtask's thread.
 */
public final class StateRegistry implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(StateRegistry.class);

  private final String operatorId;
  private final RestoredSnapshots restored;
  private final Map<String, StateMeta> declared = new LinkedHashMap<>();
  private final Map<String, StateMeta> undeclared = new TreeMap<>();

  /** The names of {@code undeclared}, for other threads to see. */
  private volatile List<String> undeclaredNames = List.of();

  /** The names of keyed states that were restored and are given up. */
  private final Set<String> droppedKeyed = new TreeSet<>();

  /**
   * Creates the registry of a subtask.
   *
   * @param operatorId the operator, for messages
   * @param restored the operator's snapshots of the restored checkpoint; the registry owns them
   * @param dropped the names of states that are given up: as if they had not been restored
   * @throws IncompatibleStateException if the snapshots disagree on what a state is
   */
  public StateRegistry(String operatorId, RestoredSnapshots restored, Set<String> dropped) {
    this.operatorId = operatorId;
    this.restored = restored;
    for (SnapshotReader part : restored.parts()) {
      for (StateMeta meta : part.header().states()) {
        StateMeta other = undeclared.putIfAbsent(meta.name(), meta);
        if (other != null && !other.equals(meta)) {
          throw new IncompatibleStateException(
              "subtasks of one checkpoint disagree on state '%s' of operator '%s': %s and %s"
                  .formatted(meta.name(), operatorId, other, meta));
        }
      }
    }
    for (String name : dropped) {
      StateMeta meta = undeclared.remove(name);
      if (meta != null) {
        if (meta.kind().isKeyed()) {
          droppedKeyed.add(name);
        }
        logger.info("state '{}' of operator '{}' is given up", name, operatorId);
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
              .formatted(meta.name(), operatorId, describe(existing), describe(meta)));
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
    List<RestoredState> found = new ArrayList<>();
    if (undeclared.containsKey(name)) {
      for (SnapshotReader part : restored.parts()) {
        List<StateMeta> states = part.header().states();
        for (int index = 0; index < states.size(); index++) {
          if (states.get(index).name().equals(name)) {
            found.add(new RestoredState(operatorId, part, index));
          }
        }
      }
    }
    return found;
  }

  /** Returns the restored states that nobody has declared, in the order of their names. */
  List<StateMeta> undeclared() {
    return List.copyOf(undeclared.values());
  }

  /**
   * Returns the names of the restored states that are not declared, for which the restored
   * snapshots are still needed. May be asked by any thread.
   */
  List<String> undeclaredNames() {
    return undeclaredNames;
  }

  /** Returns the names of the keyed states that were restored and are given up. */
  Set<String> droppedKeyed() {
    return droppedKeyed;
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
