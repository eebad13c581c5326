// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CheckpointCoordinatorBuilder;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole jobs in this process, whose parts fail. */
@Timeout(120)
final class JobTest {
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG).withDefault(0L);

  @TempDir private Path directory;

  private MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();
  private final MemoryStateBackend backend = MemoryStateBackend.create();

  private CheckpointCoordinatorBuilder checkpoints() {
    return CheckpointCoordinator.builder(storage).interval(Duration.ofMillis(5)).requireLatest();
  }

  /** What a part throws where a process would die. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Numbers each record of a key, and passes on "key:number". Crashes when it is its turn. */
  private static final class Numbering implements Operator<Long, String> {
    private static final int KEYS = 10;

    private final KeyedStateBackend<Long> keyed;
    private final ValueState<Long> count;
    private final AtomicLong untilCrash;

    Numbering(OperatorContext context, AtomicLong untilCrash) {
      keyed = context.keyed(Serializers.LONG);
      count = keyed.value(COUNT);
      this.untilCrash = untilCrash;
    }

    static long key(long number) {
      return number % KEYS;
    }

    @Override
    public void process(Long number, Output<String> output) {
      if (untilCrash.decrementAndGet() == 0) {
        throw new Crash();
      }
      keyed.setCurrentKey(key(number));
      long before = count.value();
      count.update(before + 1);
      output.emit(key(number) + ":" + before);
    }
  }

  /** Counts by what comes before the colon, and passes each record on. */
  private static final class Passing implements Operator<String, String> {
    private final KeyedStateBackend<String> keyed;
    private final ValueState<Long> count;

    Passing(OperatorContext context) {
      keyed = context.keyed(Serializers.STRING);
      count = keyed.value(COUNT);
    }

    static String key(String record) {
      return record.substring(record.indexOf(':') + 1);
    }

    @Override
    public void process(String record, Output<String> output) {
      keyed.setCurrentKey(key(record));
      count.update(count.value() + 1);
      output.emit(record);
    }
  }

  private JobBuilder twoOperators(
      NumberSource source, int first, int second, int sinks, AtomicLong untilCrash) {
    JobBuilder job = Job.builder(backend, checkpoints()).channelCapacity(16);
    Records<Long> numbers = job.source("numbers", 2, source);
    Records<String> numbered =
        job.operator(
            "numbering",
            first,
            context -> new Numbering(context, untilCrash),
            numbers.keyBy(Numbering::key, Serializers.LONG));
    Records<String> passed =
        job.operator(
            "passing", second, Passing::new, numbered.keyBy(Passing::key, Serializers.STRING));
    job.sink("files", sinks, FileSink.lines(directory, line -> line), passed.rebalance());
    return job;
  }

  private List<String> written() throws IOException {
    List<String> lines = new ArrayList<>();
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(directory)) {
      for (Path part : parts) {
        String name = String.valueOf(part.getFileName());
        if (!name.equals("_lock")) {
          assertThat(name).as("a file that was left").startsWith("part-");
          lines.addAll(Files.readAllLines(part));
        }
      }
    }
    Collections.sort(lines);
    return lines;
  }

  private static List<String> expected(NumberSource source) {
    TreeMap<Long, Long> counts = new TreeMap<>();
    List<String> lines = new ArrayList<>();
    for (long number = 0; number < source.count(); number++) {
      long key = Numbering.key(number);
      lines.add(key + ":" + (counts.merge(key, 1L, Long::sum) - 1));
    }
    Collections.sort(lines);
    return lines;
  }

  @Test
  void run_toTheEnd_writesEachRecordOnce() throws Exception {
    NumberSource source = new NumberSource(3, 1000);
    twoOperators(source, 3, 2, 2, new AtomicLong(-1)).build().run();
    assertThat(written()).isEqualTo(expected(source));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void run_failuresAndRestartsWithinTheProcess_writesEachRecordOnce(long seed) throws Exception {
    Random random = new Random(seed);
    NumberSource source = new NumberSource(4, 5000);
    AtomicLong untilCrash = new AtomicLong(1 + random.nextInt(8000));
    AtomicInteger crashes = new AtomicInteger();
    JobBuilder job =
        twoOperators(source, 2, 3, 1, untilCrash)
            .restarts(new RestartPolicy(20, Duration.ZERO, Duration.ZERO))
            .threads(
                task -> {
                  if (untilCrash.get() < 0 && crashes.incrementAndGet() < 30) {
                    untilCrash.set(1 + random.nextInt(8000));
                  }
                  return new Thread(task);
                });
    job.build().run();
    assertThat(written()).as("seed=%d", seed).isEqualTo(expected(source));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void run_failuresAndNewJobsWithOtherParallelism_writeEachRecordOnce(long seed) throws Exception {
    Random random = new Random(seed);
    NumberSource source = new NumberSource(5, 3000);
    int failures = 0;
    for (boolean isEnded = false; !isEnded; storage = storage.reopen()) {
      AtomicLong untilCrash = new AtomicLong(failures < 12 ? 1 + random.nextInt(6000) : -1);
      Job job =
          twoOperators(
                  source,
                  1 + random.nextInt(4),
                  1 + random.nextInt(4),
                  1 + random.nextInt(3),
                  untilCrash)
              .build();
      try {
        job.run();
        isEnded = true;
      } catch (JobException e) {
        assertThat(e).hasCauseInstanceOf(Crash.class);
        assertThat(e.part()).startsWith("numbering[");
        failures++;
      }
      storage.close();
    }
    assertThat(written()).as("seed=%d, failures=%d", seed, failures).isEqualTo(expected(source));
  }

  @Test
  void stop_withSavepoint_commitsAndIsGoneOnFrom() throws Exception {
    NumberSource source = new NumberSource(2, 1_000_000);
    source.allowed.set(5000);
    Job job = twoOperators(source, 2, 2, 1, new AtomicLong(-1)).build();
    CountDownLatch ended = new CountDownLatch(1);
    Thread runner =
        new Thread(
            () -> {
              try {
                job.run();
                ended.countDown();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    runner.start();
    while (source.allowed.get() > 0) {
      Thread.onSpinWait();
    }
    CompletedCheckpoint savepoint = job.stop("upgrade").join();
    ended.await();
    assertThat(savepoint.isSavepoint()).isTrue();
    assertThat(savepoint.directory()).isEqualTo("savepoint-upgrade");
    assertThat(written()).hasSize(5000).doesNotHaveDuplicates();
    assertThat(job.stop().join()).isEqualTo(savepoint);
  }

  @Test
  void wrongWiring_isRefusedWithTheNameOfThePart() {
    JobBuilder job = Job.builder(backend, checkpoints());
    Records<Long> numbers = job.source("numbers", 1, new NumberSource(1, 1));
    assertThatThrownBy(() -> job.operator("alone", 1, Passing::new))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'alone' has no input");
    assertThatThrownBy(() -> job.source("numbers", 1, new NumberSource(1, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'numbers'");
    assertThatThrownBy(
            () -> job.sink("files", 0, FileSink.lines(directory, l -> ""), numbers.rebalance()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'files'");
    assertThatThrownBy(job::build)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("source 'numbers' go nowhere");
    JobBuilder other = Job.builder(backend, checkpoints());
    assertThatThrownBy(
            () -> other.sink("f", 1, FileSink.lines(directory, l -> ""), numbers.rebalance()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("an input of 'f' is of another job: 'numbers'");
    assertThatThrownBy(other::build).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void keyOfAnotherSubtask_failsAtOnceWithTheNameOfThePart() {
    JobBuilder job = Job.builder(backend, checkpoints());
    Records<Long> numbers = job.source("numbers", 1, new NumberSource(1, 1000));
    job.operator(
        "numbering", 3, context -> new Numbering(context, new AtomicLong(-1)), numbers.rebalance());
    assertThatThrownBy(() -> job.build().run())
        .isInstanceOfSatisfying(
            JobException.class, e -> assertThat(e.part()).startsWith("numbering["));
  }

  @Test
  void emit_byAnotherThread_failsWithTheNameOfTheChannel() {
    JobBuilder job = Job.builder(backend, checkpoints());
    Records<Long> numbers = job.source("numbers", 1, new NumberSource(1, 1000));
    Operator.Factory<Long, Long> leaking =
        context ->
            (record, output) -> {
              output.emit(record);
              AtomicLong failed = new AtomicLong();
              List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
              Thread thread = new Thread(() -> output.emit(failed.get()));
              thread.setUncaughtExceptionHandler((t, e) -> thrown.add(e));
              thread.start();
              try {
                thread.join();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              if (!thrown.isEmpty()) {
                throw (RuntimeException) thrown.get(0);
              }
            };
    Records<Long> leaked = job.operator("leaking", 1, leaking, numbers.rebalance());
    job.sink("files", 1, FileSink.<Long>lines(directory, String::valueOf), leaked.rebalance());
    assertThatThrownBy(() -> job.build().run())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("channel 'leaking[0] -> files[0]' is sent to by two threads");
  }

  @Test
  void failedCheckpoints_moreThanTolerated_failTheJob() {
    NumberSource source = new NumberSource(1, 1000);
    source.allowed.set(10);
    JobBuilder job =
        Job.builder(
                backend,
                checkpoints()
                    .executor(
                        task -> {
                          throw new Crash();
                        }))
            .toleratedFailures(3);
    Records<Long> numbers = job.source("numbers", 1, source);
    job.sink("files", 1, FileSink.<Long>lines(directory, String::valueOf), numbers.rebalance());
    assertThatThrownBy(() -> job.build().run())
        .isInstanceOf(JobException.class)
        .hasMessageContaining("4 checkpoints in a row have failed, and 3 are tolerated")
        .hasCauseInstanceOf(Crash.class);
  }

  @Test
  void run_interrupted_stopsAllThreads() throws Exception {
    NumberSource source = new NumberSource(1, 1000);
    source.allowed.set(10);
    List<Thread> threads = Collections.synchronizedList(new ArrayList<>());
    JobBuilder job =
        twoOperators(source, 2, 2, 1, new AtomicLong(-1))
            .threads(
                task -> {
                  Thread thread = new Thread(task);
                  threads.add(thread);
                  return thread;
                });
    Job built = job.build();
    List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
    Thread runner =
        new Thread(
            () -> {
              try {
                built.run();
              } catch (InterruptedException e) {
                thrown.add(e);
              }
            });
    runner.start();
    while (source.allowed.get() > 0) {
      Thread.onSpinWait();
    }
    runner.interrupt();
    runner.join();
    assertThat(thrown).hasSize(1);
    assertThat(threads).hasSize(7).noneMatch(Thread::isAlive);
    assertThatThrownBy(() -> built.stop().join()).isInstanceOf(CompletionException.class);
    assertThatThrownBy(built::run).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void pauseAfter_doublesUpToTheLongest() {
    RestartPolicy policy = new RestartPolicy(10, Duration.ofSeconds(1), Duration.ofSeconds(5));
    assertThat(policy.pauseAfter(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(policy.pauseAfter(3)).isEqualTo(Duration.ofSeconds(4));
    assertThat(policy.pauseAfter(1000)).isEqualTo(Duration.ofSeconds(5));
    assertThatThrownBy(() -> new RestartPolicy(-1, Duration.ZERO, Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
