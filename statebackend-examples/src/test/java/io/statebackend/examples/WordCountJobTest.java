// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.runtime.Job;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The job in this process: crashes at chosen points, restarts, and failures of its threads. */
@Timeout(120)
final class WordCountJobTest {
  private static final int REPEAT = 40;
  private static final String TEXT = text();
  private static final int WORDS = REPEAT * Words.of(TEXT).size();

  private final CheckpointStorage storage = MemoryCheckpointStorage.create();

  private static String text() {
    Random random = new Random(1);
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < 400; line++) {
      for (int word = random.nextInt(12); word > 0; word--) {
        text.append('w').append((int) Math.abs(random.nextGaussian() * 200)).append(' ');
      }
      text.append('\n');
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void run_crashesAndRescaling_countsExactly(long seed) throws IOException, InterruptedException {
    Random random = new Random(seed);
    int crashes = 0;
    Map<String, Long> counts = null;
    while (counts == null) {
      boolean mayCrash = crashes < 8;
      Sabotage sabotage =
          mayCrash
              ? new Sabotage(random.nextInt(WORDS / 8), 1 + random.nextInt(WORDS / 8))
              : new Sabotage(Long.MAX_VALUE, Long.MAX_VALUE);
      try {
        counts = run(new OneText(TEXT), 1 + random.nextInt(5), sabotage);
      } catch (Crash e) {
        crashes++;
      }
    }
    assertThat(crashes).as("seed=%d", seed).isPositive();
    assertThat(IndependentCount.differences(expected(), counts)).as("seed=%d", seed).isEmpty();
  }

  @Test
  void run_crashBeforeTheFirstCheckpoint_beginsAgain() throws IOException, InterruptedException {
    assertThatThrownBy(() -> run(new OneText(TEXT), 2, new Sabotage(-1, WORDS / 2)))
        .isInstanceOf(Crash.class);
    assertThat(storage.list("")).isEmpty();
    assertThat(run(new OneText(TEXT), 3, new Sabotage(-1, Long.MAX_VALUE))).isEqualTo(expected());
  }

  @Test
  void run_inputFails_stopsWithTheCause() {
    assertThatThrownBy(
            () -> run(new FailingText(TEXT), 3, new Sabotage(Long.MAX_VALUE, Long.MAX_VALUE)))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot read the input: file=text, offset=")
        .hasRootCauseMessage("the disk is gone");
  }

  private static Map<String, Long> expected() throws IOException {
    return IndependentCount.of(new OneText(TEXT), REPEAT);
  }

  private Map<String, Long> run(TextInput input, int parallelism, Sabotage sabotage)
      throws InterruptedException {
    try (StateBackend backend = MemoryStateBackend.create()) {
      WordCountJob job =
          new WordCountJob(
              new JobSettings(input, REPEAT, parallelism, 0, null, sabotage),
              backend,
              CheckpointCoordinator.builder(storage).interval(Duration.ofHours(1)),
              new Silence());
      sabotage.job = job.job();
      return job.run();
    }
  }

  /** What a worker throws where a process would die. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Triggers a checkpoint after a number of words, and crashes a number of words later, when it may
   * be complete or not; with a negative first number without a checkpoint.
   */
  private static final class Sabotage implements Runnable {
    private final AtomicLong untilCheckpoint;
    private final AtomicLong untilCrash;
    private volatile boolean isArmed;
    private volatile @Nullable Job job;

    Sabotage(long untilCheckpoint, long untilCrash) {
      this.untilCheckpoint = new AtomicLong(untilCheckpoint);
      this.untilCrash = new AtomicLong(untilCrash);
      this.isArmed = untilCheckpoint < 0;
    }

    @Override
    public void run() {
      if (untilCheckpoint.getAndDecrement() == 0) {
        isArmed = true;
        var unused = job.checkpoints().trigger();
      }
      if (isArmed && untilCrash.decrementAndGet() == 0) {
        throw new Crash();
      }
    }
  }

  /** A text in memory. */
  private static class OneText implements TextInput {
    private final String text;

    OneText(String text) {
      this.text = text;
    }

    @Override
    public List<String> files() {
      return List.of("text");
    }

    @Override
    public InputStream open(String file) {
      return new ByteArrayInputStream(text.getBytes(UTF_8));
    }

    @Override
    public boolean isRepeatable() {
      return true;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public String identity() {
      return "a test's text";
    }
  }

  /** A text that cannot be read to its end. */
  private static final class FailingText extends OneText {
    FailingText(String text) {
      super(text);
    }

    @Override
    public InputStream open(String file) {
      return new SequenceInputStream(super.open(file), new FailingStream("the disk is gone"));
    }
  }

  private static final class Silence implements JobProgress {
    @Override
    public void began(SourcePosition position, boolean isAtEnd) {}

    @Override
    public void reached(SourcePosition position) {}

    @Override
    public void snapshotTaken(SourcePosition position) {}

    @Override
    public void counted(int words) {}
  }
}
