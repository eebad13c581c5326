// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A part of a job: a source, an operator or a sink. What types of records go in and out the builder
 * has checked; here they are objects.
 *
 * @param id the id of the operator, under which its state is found again
 * @param parallelism how many subtasks it has
 * @param source the source, or {@code null} if it is none
 * @param operator opens the operator, or {@code null} if it is a source
 * @param sink the sink that the operator belongs to, or {@code null}
 * @param inputs where its records come from
 */
record Part(
    String id,
    int parallelism,
    @Nullable Source<Object, Object> source,
    Operator.@Nullable Factory<Object, Object> operator,
    @Nullable Sink<Object, Object> sink,
    List<Route<?>> inputs) {

  boolean isSource() {
    return source != null;
  }

  void ifSink(Consumer<Sink<Object, Object>> action) {
    if (sink != null) {
      action.accept(sink);
    }
  }

  String nameOf(int index) {
    return id + "[" + index + "]";
  }

  // A part is itself and nothing else, also if another one is equal.
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }

  @Override
  public String toString() {
    return "'" + id + "'";
  }
}
