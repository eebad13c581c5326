// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.runtime.BarrierAligner.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ChannelTest {
  private final Channel<Integer> channel = new Channel<>("a[0] -> b[1]", 4);

  private final BarrierAligner<Integer> inputs =
      new BarrierAligner<>("b[1]", List.of(channel), AlignmentLimits.NONE);

  private static <V> FutureTask<V> inThread(Callable<V> task) {
    FutureTask<V> future = new FutureTask<>(task);
    Thread thread = new Thread(future, "other");
    thread.setDaemon(true);
    thread.start();
    return future;
  }

  @Test
  void send_manyRecords_comeInOrderAndTheSenderWaits() throws Exception {
    int count = 100_000;
    FutureTask<Void> sender =
        inThread(
            () -> {
              for (int i = 0; i < count; i++) {
                channel.send(i);
              }
              channel.end();
              return null;
            });
    List<Integer> received = new ArrayList<>();
    while (inputs.take() == Event.RECORD) {
      received.add(inputs.record());
      assertThat(channel.size()).isLessThanOrEqualTo(4);
    }
    sender.get();
    assertThat(received).hasSize(count);
    for (int i = 0; i < count; i++) {
      assertThat(received.get(i)).isEqualTo(i);
    }
  }

  @Test
  void close_senderThatWaits_getsAnErrorWithTheName() throws Exception {
    FutureTask<Void> sender =
        inThread(
            () -> {
              while (true) {
                channel.send(1);
              }
            });
    while (channel.hasRoom()) {
      Thread.onSpinWait();
    }
    inputs.close();
    assertThatThrownBy(sender::get)
        .hasCauseInstanceOf(ChannelClosedException.class)
        .hasMessageContaining("'a[0] -> b[1]' was closed by its receiver");
  }

  @Test
  void fail_receiverThatWaits_getsTheCauseAfterAllRecords() throws Exception {
    IllegalStateException cause = new IllegalStateException("the disk is gone");
    FutureTask<Void> sender =
        inThread(
            () -> {
              channel.send(1);
              channel.send(2);
              channel.fail(cause);
              return null;
            });
    assertThat(inputs.take()).isEqualTo(Event.RECORD);
    assertThat(inputs.take()).isEqualTo(Event.RECORD);
    assertThatThrownBy(inputs::take)
        .isInstanceOf(ChannelClosedException.class)
        .hasMessageContaining("the sender of channel 'a[0] -> b[1]' has failed")
        .hasCause(cause);
    sender.get();
  }

  @Test
  void send_byTwoThreads_isRefusedWithTheName() throws Exception {
    channel.send(1);
    FutureTask<Void> other =
        inThread(
            () -> {
              channel.send(2);
              return null;
            });
    assertThatThrownBy(other::get)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("channel 'a[0] -> b[1]' is sent to by two threads")
        .hasMessageContaining("now='other'");
  }

  @Test
  void take_byTwoThreads_isRefusedWithTheName() throws Exception {
    assertThat(inputs.poll()).isNull();
    FutureTask<Event> other = inThread(inputs::poll);
    assertThatThrownBy(other::get)
        .hasCauseInstanceOf(IllegalStateException.class)
        .hasMessageContaining("inputs of 'b[1]' are taken from by two threads");
  }

  @Test
  void send_interruptedWhileWaiting_throws() throws Exception {
    while (channel.hasRoom()) {
      channel.send(1);
    }
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> channel.send(2)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  void send_afterTheEnd_isRefused() throws Exception {
    channel.end();
    assertThatThrownBy(() -> channel.send(1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'a[0] -> b[1]' was ended before");
  }

  @Test
  void secondReceiver_isRefused() {
    assertThatThrownBy(() -> new BarrierAligner<>("c[0]", List.of(channel), AlignmentLimits.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("'a[0] -> b[1]' has two receivers");
  }

  @Test
  void capacity_tooSmall_isRefused() {
    assertThatThrownBy(() -> new Channel<>("x", 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'x'");
  }
}
