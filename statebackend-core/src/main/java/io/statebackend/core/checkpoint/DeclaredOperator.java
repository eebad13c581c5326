// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.StateDescriptor;
import io.statebackend.api.StateKind;
import io.statebackend.api.TypeSerializer;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.Once;
import io.statebackend.core.checkpoint.CompatibilityReport.Line;
import io.statebackend.core.checkpoint.CompatibilityReport.Verdict;
import io.statebackend.core.snapshot.StateMeta;
import io.statebackend.core.state.DeclaredTypes;
import io.statebackend.core.state.StateComparison;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The declarations of one operator of a program; see {@link CompatibilityCheck}. Not thread-safe.
 */
public final class DeclaredOperator {
  private final String id;
  private @Nullable TypeSerializer<?> keySerializer;
  private final Map<String, DeclaredTypes> states = new LinkedHashMap<>();
  private final Set<String> dropped = new TreeSet<>();

  DeclaredOperator(String id) {
    this.id = id;
  }

  String id() {
    return id;
  }

  /**
   * Declares the keys, as {@link Subtask#keyed} does.
   *
   * @param serializer their serializer
   * @return this
   * @throws IllegalStateException if they were declared before
   */
  public DeclaredOperator keys(TypeSerializer<?> serializer) {
    keySerializer = Once.set("keys", keySerializer, requireNonNull(serializer, "serializer"));
    return this;
  }

  /**
   * Declares a keyed state without namespaces.
   *
   * @param descriptor the state
   * @return this
   * @throws IllegalArgumentException if a state of that name is declared already
   */
  public DeclaredOperator state(StateDescriptor descriptor) {
    return state(descriptor, VoidNamespace.serializer());
  }

  /**
   * Declares a keyed state with namespaces.
   *
   * @param descriptor the state
   * @param namespaceSerializer the serializer of the namespaces
   * @return this
   * @throws IllegalArgumentException if a state of that name is declared already
   */
  public DeclaredOperator state(StateDescriptor descriptor, TypeSerializer<?> namespaceSerializer) {
    return declare(descriptor, descriptor.kind(), namespaceSerializer);
  }

  /**
   * Declares timers, as {@link io.statebackend.api.KeyedStateBackend#timers} does.
   *
   * @param name their name
   * @param namespaceSerializer the serializer of the namespaces
   * @return this
   * @throws IllegalArgumentException if a state of that name is declared already
   */
  public DeclaredOperator timers(String name, TypeSerializer<?> namespaceSerializer) {
    return declare(DeclaredTypes.ofTimers(StateDescriptor.checkName(name), namespaceSerializer));
  }

  /**
   * Declares a list of operator state that is divided on restore, as {@link
   * io.statebackend.api.OperatorStateBackend#splitList} does.
   *
   * @param descriptor the list
   * @return this
   * @throws IllegalArgumentException if a state of that name is declared already
   */
  public DeclaredOperator splitList(ListStateDescriptor<?> descriptor) {
    return declare(descriptor, StateKind.SPLIT_LIST, VoidNamespace.serializer());
  }

  /**
   * Declares a list of operator state that is given to all subtasks on restore, as {@link
   * io.statebackend.api.OperatorStateBackend#unionList} does.
   *
   * @param descriptor the list
   * @return this
   * @throws IllegalArgumentException if a state of that name is declared already
   */
  public DeclaredOperator unionList(ListStateDescriptor<?> descriptor) {
    return declare(descriptor, StateKind.UNION_LIST, VoidNamespace.serializer());
  }

  /**
   * Declares a broadcast map, as {@link io.statebackend.api.OperatorStateBackend#broadcastMap}
   * does.
   *
   * @param descriptor the map
   * @return this
   * @throws IllegalArgumentException if a state of that name is declared already
   */
  public DeclaredOperator broadcastMap(MapStateDescriptor<?, ?> descriptor) {
    return declare(descriptor, StateKind.BROADCAST_MAP, VoidNamespace.serializer());
  }

  /**
   * Says that the program drops a stored state, as {@link CheckpointCoordinatorBuilder#dropState}
   * does.
   *
   * @param stateName the name of the state
   * @return this
   */
  public DeclaredOperator dropState(String stateName) {
    dropped.add(requireNonNull(stateName, "stateName"));
    return this;
  }

  private DeclaredOperator declare(
      StateDescriptor descriptor, StateKind kind, TypeSerializer<?> namespaceSerializer) {
    TypeSerializer<?> userKeys =
        descriptor instanceof MapStateDescriptor<?, ?> map
            ? map.userKeySerializer()
            : VoidNamespace.serializer();
    return declare(
        kind.isKeyed()
            ? DeclaredTypes.ofKeyed(descriptor, namespaceSerializer)
            : new DeclaredTypes(
                descriptor.name(),
                kind,
                namespaceSerializer,
                userKeys,
                descriptor.valueSerializer()));
  }

  private DeclaredOperator declare(DeclaredTypes types) {
    if (states.putIfAbsent(types.name(), types) != null) {
      throw new IllegalArgumentException(
          "state '%s' of operator '%s' is declared twice".formatted(types.name(), id));
    }
    return this;
  }

  /** Compares with what is stored. */
  void compare(StoredStates stored, List<Line> lines) {
    if (keySerializer != null && stored.key().isPresent()) {
      lines.add(line("", StateComparison.ofKeys(id, keySerializer, stored.key().get())));
    }
    for (String name : stored.names()) {
      if (dropped.contains(name)) {
        lines.add(new Line(id, name, Verdict.DROPPED, ""));
      } else if (!states.containsKey(name)) {
        lines.add(new Line(id, name, Verdict.UNDECLARED, ""));
      }
    }
    for (DeclaredTypes types : states.values()) {
      StateMeta meta = stored.get(types.name());
      lines.add(
          meta == null || dropped.contains(types.name())
              ? new Line(id, types.name(), Verdict.NEW, "")
              : line(types.name(), StateComparison.ofState(id, meta, types)));
    }
  }

  private Line line(String state, StateComparison comparison) {
    Verdict verdict =
        switch (comparison.verdict()) {
          case AS_IS -> Verdict.AS_IS;
          case AFTER_MIGRATION -> Verdict.AFTER_MIGRATION;
          case INCOMPATIBLE -> Verdict.INCOMPATIBLE;
        };
    return new Line(id, state, verdict, comparison.message());
  }
}
