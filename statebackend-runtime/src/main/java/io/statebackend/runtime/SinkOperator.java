// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.OperatorStateBackend;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The end of a job: a writer of a sink, and what it has prepared and not committed. That is a list
 * of which every subtask gets all elements on restore, so that one of them can commit all before
 * anything is written again.
 */
final class SinkOperator<T, C> implements Operator<T, Void> {
  private final Sink<T, C> sink;
  private final Sink.Writer<T, C> writer;
  private final ListState<C> state;

  /** By checkpoint, what is to be committed when it is complete. */
  private final TreeMap<Long, C> prepared = new TreeMap<>();

  SinkOperator(Sink<T, C> sink, OperatorContext context) {
    this.sink = sink;
    this.state = state(sink, context.operatorState());
    this.writer = sink.open(context.index());
  }

  private static <C> ListState<C> state(Sink<?, C> sink, OperatorStateBackend state) {
    return state.unionList(ListStateDescriptor.of("prepared", sink.preparedSerializer()));
  }

  /** Commits what a restored checkpoint has prepared, which each subtask has all of. */
  static <C> void recover(Sink<?, C> sink, OperatorStateBackend restored) {
    sink.recover(List.copyOf(state(sink, restored).get()));
  }

  @Override
  public void process(T record, Output<Void> output) {
    writer.write(record);
  }

  @Override
  public void beforeSnapshot(long checkpointId) {
    @Nullable C part = writer.prepare(checkpointId);
    if (part != null) {
      prepared.put(checkpointId, part);
    }
    state.update(List.copyOf(prepared.values()));
  }

  @Override
  public void completed(long checkpointId) {
    Map<Long, C> complete = prepared.headMap(checkpointId, true);
    complete.values().forEach(sink::commit);
    complete.clear();
  }

  @Override
  public void close() {
    writer.close();
  }
}
