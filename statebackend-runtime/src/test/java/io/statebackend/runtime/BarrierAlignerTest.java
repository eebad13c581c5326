// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.runtime.BarrierAligner.Event;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class BarrierAlignerTest {
  private final Channel<String> left = new Channel<>("left", 64);
  private final Channel<String> right = new Channel<>("right", 64);
  private final AtomicLong nanos = new AtomicLong();

  private BarrierAligner<String> aligner(AlignmentLimits limits) {
    return new BarrierAligner<>("sum[0]", List.of(left, right), limits, nanos::get);
  }

  private final BarrierAligner<String> inputs = aligner(AlignmentLimits.NONE);

  /** Takes all that is there. */
  private static List<String> drain(BarrierAligner<String> inputs) {
    List<String> found = new ArrayList<>();
    for (Event event = inputs.poll(); event != null && event != Event.END; event = inputs.poll()) {
      found.add(
          switch (event) {
            case RECORD -> inputs.record();
            case BARRIER -> "barrier " + inputs.checkpointId();
            case WATERMARK -> "time " + inputs.watermark();
            default -> event.name();
          });
    }
    return found;
  }

  @Test
  void barrier_holdsItsInputBackUntilAllHaveGivenTheirs() throws InterruptedException {
    left.send("l1");
    left.sendBarrier(7);
    left.send("l2");
    right.send("r1");
    assertThat(drain(inputs)).containsExactlyInAnyOrder("l1", "r1");
    nanos.set(5_000_000);
    right.sendBarrier(7);
    right.send("r2");
    List<String> rest = drain(inputs);
    assertThat(rest.get(0)).isEqualTo("barrier 7");
    assertThat(inputs.alignment()).isEqualTo(Duration.ofMillis(5));
    assertThat(rest.subList(1, 3)).containsExactlyInAnyOrder("l2", "r2");
  }

  @Test
  void end_countsAsEveryBarrier() throws InterruptedException {
    left.sendBarrier(7);
    left.send("l1");
    right.end();
    assertThat(drain(inputs)).containsExactly("barrier 7", "l1");
    left.sendBarrier(8);
    assertThat(drain(inputs)).containsExactly("barrier 8");
    left.end();
    assertThat(drain(inputs)).isEmpty();
    assertThat(inputs.take()).isEqualTo(Event.END);
    assertThat(inputs.take()).isEqualTo(Event.END);
  }

  @Test
  void abort_letsInputsGoOn_andLateBarriersAreDropped() throws InterruptedException {
    left.sendBarrier(7);
    left.send("l1");
    assertThat(drain(inputs)).isEmpty();
    inputs.abort(7);
    assertThat(drain(inputs)).containsExactly("l1");
    right.sendBarrier(7);
    right.send("r1");
    assertThat(drain(inputs)).containsExactly("r1");
    right.sendBarrier(8);
    left.sendBarrier(8);
    assertThat(drain(inputs)).containsExactly("barrier 8");
  }

  @Test
  void laterBarrier_givesTheEarlierCheckpointUp() throws InterruptedException {
    left.sendBarrier(7);
    left.send("l1");
    left.sendBarrier(8);
    left.send("l2");
    right.sendBarrier(8);
    assertThat(drain(inputs)).containsExactly("l1", "barrier 8", "l2");
  }

  @Test
  void timeLimit_givesUpAndNamesTheLateInput() throws InterruptedException {
    left.sendBarrier(7);
    Channel<String> a = new Channel<>("a", 64);
    Channel<String> b = new Channel<>("b", 64);
    BarrierAligner<String> limited =
        new BarrierAligner<>(
            "sum[0]",
            List.of(a, b),
            new AlignmentLimits(Duration.ofMillis(10), Integer.MAX_VALUE),
            nanos::get);
    a.sendBarrier(7);
    a.send("l1");
    assertThat(limited.poll()).isNull();
    nanos.set(10_000_000);
    assertThat(limited.take()).isEqualTo(Event.GIVEN_UP);
    assertThat(limited.checkpointId()).isEqualTo(7);
    assertThat(limited.reason())
        .contains("'sum[0]' gives up checkpoint 7: inputs ['b']", "after 10 ms", "1 records wait");
    assertThat(drain(limited)).containsExactly("l1");
    b.sendBarrier(7);
    b.send("r1");
    assertThat(drain(limited)).containsExactly("r1");
  }

  @Test
  void timeLimit_endsTheWaitByItself() throws InterruptedException {
    Channel<String> a = new Channel<>("a", 64);
    Channel<String> b = new Channel<>("b", 64);
    BarrierAligner<String> limited =
        new BarrierAligner<>(
            "sum[0]", List.of(a, b), new AlignmentLimits(Duration.ofMillis(1), 1000));
    a.sendBarrier(7);
    assertThat(limited.take()).isEqualTo(Event.GIVEN_UP);
  }

  @Test
  void recordLimit_givesUp_alsoWhileNothingElseComes() throws Exception {
    Channel<String> a = new Channel<>("a", 64);
    Channel<String> b = new Channel<>("b", 64);
    BarrierAligner<String> limited =
        new BarrierAligner<>(
            "sum[0]", List.of(a, b), new AlignmentLimits(Duration.ofNanos(Long.MAX_VALUE), 10));
    FutureTask<Void> sender =
        new FutureTask<>(
            () -> {
              a.sendBarrier(7);
              for (int i = 0; i < 11; i++) {
                a.send("l" + i);
              }
              return null;
            });
    new Thread(sender).start();
    assertThat(limited.take()).isEqualTo(Event.GIVEN_UP);
    assertThat(limited.reason()).contains("inputs ['b']", "11 records wait", "limit 10");
    sender.get();
  }

  @Test
  void watermark_isTheLeast_withoutIdleAndEndedInputs() throws InterruptedException {
    left.sendWatermark(10);
    assertThat(drain(inputs)).isEmpty();
    right.sendWatermark(5);
    assertThat(drain(inputs)).containsExactly("time 5");
    right.sendWatermark(3);
    assertThat(drain(inputs)).isEmpty();
    right.sendIdle();
    assertThat(drain(inputs)).containsExactly("time 10");
    left.sendIdle();
    assertThat(drain(inputs)).containsExactly("IDLE");
    right.send("r1");
    assertThat(drain(inputs)).containsExactly("r1");
    right.sendWatermark(20);
    assertThat(drain(inputs)).containsExactly("time 20");
    left.sendWatermark(15);
    assertThat(drain(inputs)).isEmpty();
    right.sendWatermark(30);
    assertThat(drain(inputs)).isEmpty();
    left.end();
    assertThat(drain(inputs)).containsExactly("time 30");
    assertThat(inputs.watermark()).isEqualTo(30);
  }

  @Test
  void wake_isTold() throws InterruptedException {
    inputs.wake();
    assertThat(inputs.take()).isEqualTo(Event.WOKEN);
    assertThat(inputs.poll()).isNull();
  }

  @Test
  void noInput_isRefusedWithTheName() {
    assertThatThrownBy(() -> new BarrierAligner<String>("sum[0]", List.of(), AlignmentLimits.NONE))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'sum[0]' has no input");
  }

  @Test
  void record_beforeAny_isRefused() {
    assertThatThrownBy(inputs::record).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void limits_outOfRange_areRefused() {
    assertThatThrownBy(() -> new AlignmentLimits(Duration.ZERO, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new AlignmentLimits(Duration.ofSeconds(1), -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Every number of inputs and records is taken from, and none starves. */
  @Test
  void take_inTurn() throws InterruptedException {
    for (int i = 0; i < 50; i++) {
      left.send("l");
      right.send("r");
    }
    for (int i = 0; i < 5; i++) {
      left.sendWatermark(i);
    }
    List<String> first = drain(inputs);
    assertThat(first.stream().filter("l"::equals)).hasSize(50);
    assertThat(first.stream().filter("r"::equals)).hasSize(50);
  }
}
