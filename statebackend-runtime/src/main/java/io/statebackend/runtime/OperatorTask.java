// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.core.checkpoint.Subtask;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The work of an operator's subtask. */
final class OperatorTask extends Task {
  private final BarrierAligner<Object> inputs;
  private final Supplier<Operator<Object, Object>> open;

  OperatorTask(
      String name,
      Subtask subtask,
      TaskOutput output,
      BarrierAligner<Object> inputs,
      Supplier<Operator<Object, Object>> open) {
    super(name, subtask, output);
    this.inputs = inputs;
    this.open = open;
  }

  @Override
  void work() throws InterruptedException {
    try (Operator<Object, Object> operator = open.get()) {
      while (true) {
        switch (inputs.take()) {
          case RECORD -> operator.process(inputs.record(), output());
          case BARRIER -> snapshot(operator);
          case GIVEN_UP -> {
            TimeoutException late = new TimeoutException(inputs.reason());
            boolean unused = subtask().decline(inputs.checkpointId(), late);
          }
          case WATERMARK -> {
            operator.advanceTo(inputs.watermark(), output());
            output().watermark(inputs.watermark());
          }
          case IDLE -> output().idle();
          case WOKEN -> hearCompleted(operator);
          case END -> {
            hearCompleted(operator);
            output().end();
            return;
          }
        }
      }
    }
  }

  private void snapshot(Operator<Object, Object> operator) {
    long checkpointId = inputs.checkpointId();
    operator.beforeSnapshot(checkpointId);
    boolean unused = subtask().snapshot(checkpointId, inputs.alignment());
    output().barrier(checkpointId);
  }

  private void hearCompleted(Operator<Object, Object> operator) {
    long checkpointId = takeCompleted();
    if (checkpointId >= 0) {
      operator.completed(checkpointId);
    }
  }

  @Override
  void close() {
    inputs.close();
  }

  @Override
  void wake() {
    inputs.wake();
  }

  @Override
  void aborted(long checkpointId) {
    inputs.abort(checkpointId);
  }
}
