// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.StateKind;
import io.statebackend.api.StateTtl;
import io.statebackend.api.TypeSchema;
import io.statebackend.core.snapshot.FieldMeta;
import io.statebackend.core.snapshot.StateMeta;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint tells about one state.
 *
 * @param operatorId its operator
 * @param key the form of the keys of the operator; {@link FieldMeta#VOID} for operator state
 * @param meta its name, kind and forms, as the first subtask that has it tells them
 * @param hasOneForm whether all subtasks that have it tell the same
 */
public record StoredState(String operatorId, FieldMeta key, StateMeta meta, boolean hasOneForm) {
  private static final String TIMED = "timed";

  /** Checks that all is there. */
  public StoredState {
    requireNonNull(operatorId, "operatorId");
    requireNonNull(key, "key");
    requireNonNull(meta, "meta");
  }

  /**
   * Returns the name.
   *
   * @return the name, unique in the operator
   */
  public String name() {
    return meta.name();
  }

  /**
   * Returns the kind.
   *
   * @return the kind
   */
  public StateKind kind() {
    return meta.kind();
  }

  /**
   * Returns the time to live.
   *
   * @return the time to live, or {@code null} if there is none
   */
  public @Nullable StateTtl ttl() {
    return meta.ttl();
  }

  /**
   * Returns the schema of the values, elements or accumulators. The times that are stored with
   * state that has a time to live are not part of it.
   *
   * @return the schema
   */
  public TypeSchema value() {
    return untimed(meta);
  }

  /** Tells whether values have the time of their last use before them. */
  static boolean isTimed(StateMeta meta) {
    TypeSchema schema = meta.value().schema();
    return schema.type().equals(TIMED) && schema.members().size() == 1;
  }

  static TypeSchema untimed(StateMeta meta) {
    TypeSchema schema = meta.value().schema();
    TypeSchema inner = isTimed(meta) ? schema.members().get(0).schema() : null;
    return inner == null ? schema : inner;
  }
}
