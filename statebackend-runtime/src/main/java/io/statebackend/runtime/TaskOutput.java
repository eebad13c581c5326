// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import java.util.List;

/** The channels that one subtask sends to, and which of them gets which record. */
final class TaskOutput implements SourceOutput<Object> {
  private final String part;
  private final Branch[] branches;
  private long watermark = Long.MIN_VALUE;
  private boolean isIdle;

  /**
   * The channels to the subtasks of one part.
   *
   * @param selector chooses the channel of a record
   * @param channels by the index of the subtask
   */
  record Branch(Route.Selector<Object> selector, List<Channel<Object>> channels) {}

  /** A call that may have to wait. */
  @FunctionalInterface
  private interface Sending {
    void to(Channel<Object> channel) throws InterruptedException;
  }

  TaskOutput(String part, List<Branch> branches) {
    this.part = part;
    this.branches = branches.toArray(new Branch[0]);
  }

  @Override
  public void emit(Object record) {
    isIdle = false;
    for (Branch branch : branches) {
      int selected = branch.selector.select(record);
      if (selected == Route.ALL) {
        for (Channel<Object> channel : branch.channels) {
          send(channel, record);
        }
      } else {
        send(branch.channels.get(selected), record);
      }
    }
  }

  private void send(Channel<Object> channel, Object record) {
    try {
      channel.send(record);
    } catch (InterruptedException e) {
      throw stopped(e);
    }
  }

  @Override
  public void watermark(long timestamp) {
    if (timestamp > watermark) {
      watermark = timestamp;
      isIdle = false;
      sendToAll(channel -> channel.sendWatermark(timestamp));
    }
  }

  /** Tells once that nothing may come for a while. */
  void idle() {
    if (!isIdle) {
      isIdle = true;
      sendToAll(Channel::sendIdle);
    }
  }

  void barrier(long checkpointId) {
    sendToAll(channel -> channel.sendBarrier(checkpointId));
  }

  void end() {
    sendToAll(Channel::end);
  }

  private void sendToAll(Sending sending) {
    try {
      for (Branch branch : branches) {
        for (Channel<Object> channel : branch.channels) {
          sending.to(channel);
        }
      }
    } catch (InterruptedException e) {
      throw stopped(e);
    }
  }

  private JobStoppedException stopped(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new JobStoppedException(part, e);
  }
}
