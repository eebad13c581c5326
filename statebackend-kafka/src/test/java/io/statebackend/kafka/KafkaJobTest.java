// SPDX-License-Identifier: Apache-2.0
package io.statebackend.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import io.statebackend.runtime.JobException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From Kafka to Kafka, each record exactly once, with a broker in this JVM. */
@Timeout(240)
final class KafkaJobTest {
  private static final int PARTITIONS = 3;
  private static final int RECORDS = 20_000;

  private static TestBroker broker;
  private static int test;

  @TempDir private Path directory;

  private final long seed = Long.getLong("statebackend.seed", new Random().nextLong());
  private final Random random = new Random(seed);

  @BeforeAll
  static void start() throws Exception {
    broker = TestBroker.start();
    broker.createTopic(CountJob.IN, PARTITIONS);
    broker.send(CountJob.IN, PARTITIONS, RECORDS);
  }

  @AfterAll
  static void stop() throws Exception {
    if (broker != null) {
      broker.close();
    }
  }

  /** Each test writes into a topic of its own, as the marks of the sink are in the broker. */
  private static String newTopic() throws Exception {
    String topic = "out-" + test++;
    broker.createTopic(topic, 2);
    return topic;
  }

  private Map<String, Object> properties() {
    return Map.of("bootstrap.servers", broker.bootstrap(), "group.id", "count");
  }

  @BeforeEach
  void tellSeed() {
    System.getLogger(KafkaJobTest.class.getName())
        .log(System.Logger.Level.INFO, "seed={0}", Long.toString(seed));
  }

  @Test
  void run_failuresAndOtherParallelism_writesEachRecordOnce() throws Exception {
    String topic = newTopic();
    int failures = 0;
    for (boolean isEnded = false; !isEnded; ) {
      AtomicLong untilCrash = new AtomicLong(failures < 3 ? 1 + random.nextInt(RECORDS / 2) : -1);
      try {
        CountJob.build(
                properties(),
                topic,
                directory,
                1 + random.nextInt(3),
                1 + random.nextInt(3),
                untilCrash)
            .build()
            .run();
        isEnded = true;
      } catch (JobException e) {
        assertThat(e).hasRootCauseMessage("crash on purpose");
        failures++;
      }
    }
    assertThat(broker.committed(topic, 2))
        .as("seed=%d, failures=%d", seed, failures)
        .isEqualTo(CountJob.expected(RECORDS));
  }

  @Test
  void commit_byAFormerProcess_isFenced() throws Exception {
    String topic = newTopic();
    try (KafkaSink<String> former = sink(topic);
        KafkaSink<String> later = sink(topic)) {
      former.recover(List.of());
      KafkaSink.Batch batch = write(former, 1, "a", "b");
      later.recover(List.of(batch));
      assertThatThrownBy(() -> former.commit(batch)).isInstanceOf(StateIoException.class);
      later.recover(List.of(batch));
      KafkaSink.Batch next = write(later, 2, "c");
      later.commit(next);
      later.recover(List.of(batch, next));
    }
    assertThat(broker.committed(topic, 2)).containsExactly("a", "b", "c");
  }

  @Test
  void open_notRecovered_isRefused() throws Exception {
    try (KafkaSink<String> sink = sink(newTopic())) {
      assertThatThrownBy(() -> sink.open(0))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("was not recovered");
    }
  }

  private static KafkaSink<String> sink(String topic) {
    return KafkaSink.of(
        broker.properties(),
        topic,
        "sink-" + topic,
        line ->
            new ProducerRecord<>(topic, line.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
  }

  private static KafkaSink.Batch write(KafkaSink<String> sink, long id, String... lines) {
    try (var writer = sink.open(0)) {
      for (String line : lines) {
        writer.write(line);
      }
      return writer.prepare(id);
    }
  }

  @Test
  void kill_twice_writesEachRecordOnce() throws Exception {
    killAndCompare(2);
  }

  @Test
  @Tag("slow")
  @Timeout(3600)
  void kill_fiftyTimes_writesEachRecordOnce() throws Exception {
    killAndCompare(50);
  }

  private void killAndCompare(int kills) throws Exception {
    String topic = newTopic();
    long lifeMillis = 6000;
    boolean isEnded = false;
    for (int killed = 0; !isEnded; killed++) {
      long millis = killed < kills ? 500 + random.nextLong(lifeMillis) : Long.MAX_VALUE;
      isEnded = runProcess(topic, millis);
    }
    assertThat(broker.committed(topic, 2))
        .as("seed=%d", seed)
        .isEqualTo(CountJob.expected(RECORDS));
  }

  /** Runs a process, and returns whether it came to its end. */
  private boolean runProcess(String topic, long millis) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                CountJob.class.getName(),
                broker.bootstrap(),
                topic,
                directory.toString(),
                String.valueOf(1 + random.nextInt(3)),
                String.valueOf(1 + random.nextInt(3)))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolveSibling(directory.getFileName() + ".out").toFile())
            .start();
    try {
      if (process.waitFor(millis, TimeUnit.MILLISECONDS)) {
        assertThat(process.exitValue()).as("seed=%d", seed).isZero();
        return true;
      }
      return process.destroyForcibly().waitFor() == 0;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
