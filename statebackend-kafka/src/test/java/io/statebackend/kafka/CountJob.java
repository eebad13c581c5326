// SPDX-License-Identifier: Apache-2.0
package io.statebackend.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.runtime.Job;
import io.statebackend.runtime.JobBuilder;
import io.statebackend.runtime.Operator;
import io.statebackend.runtime.OperatorContext;
import io.statebackend.runtime.Output;
import io.statebackend.runtime.Records;
import io.statebackend.runtime.StateBackendConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Reads a topic, numbers the records of each key, and writes them into another topic. */
final class CountJob {
  static final String IN = "in";
  private static final int KEYS = 20;

  private CountJob() {}

  /**
   * Runs as a process: broker, topic, directory of checkpoints, parallelism of operator and sink.
   */
  public static void main(String[] args) throws InterruptedException {
    build(
            Map.of("bootstrap.servers", args[0], "group.id", "count"),
            args[1],
            Path.of(args[2]),
            Integer.parseInt(args[3]),
            Integer.parseInt(args[4]),
            new AtomicLong(-1))
        .build()
        .run();
  }

  static JobBuilder build(
      Map<String, Object> broker,
      String topic,
      Path checkpoints,
      int parallelism,
      int writers,
      AtomicLong untilCrash) {
    JobBuilder job =
        Job.builder(
            StateBackendConfig.from(
                Map.of("storage", checkpoints.toString(), "interval", "100 ms")));
    // tag::kafka
    Records<String> records =
        job.source(
            "in", 2, KafkaSource.of(broker, IN, r -> new String(r.value(), UTF_8)).untilTheEnd());
    Records<String> numbered =
        job.operator(
            "number",
            parallelism,
            context -> new Numbering(context, untilCrash),
            records.keyBy(CountJob::key, Serializers.INT));
    job.sink(
        "out",
        writers,
        KafkaSink.<String>of(
            broker,
            topic,
            "count-" + topic,
            line -> new ProducerRecord<>(topic, line.getBytes(UTF_8))),
        numbered.rebalance());
    // end::kafka
    return job;
  }

  static int key(String record) {
    return Integer.parseInt(record.substring(record.indexOf(' ') + 1)) % KEYS;
  }

  /** Returns the sorted lines that the job writes. */
  static List<String> expected(int count) {
    Map<Integer, Integer> counts = new TreeMap<>();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(i % KEYS + ":" + (counts.merge(i % KEYS, 1, Integer::sum) - 1));
    }
    lines.sort(null);
    return lines;
  }

  private static final class Numbering implements Operator<String, String> {
    private final KeyedStateBackend<Integer> keyed;
    private final ValueState<Long> count;
    private final AtomicLong untilCrash;

    Numbering(OperatorContext context, AtomicLong untilCrash) {
      keyed = context.keyed(Serializers.INT);
      count = keyed.value(ValueStateDescriptor.of("count", Serializers.LONG).withDefault(0L));
      this.untilCrash = untilCrash;
    }

    @Override
    public void process(String record, Output<String> output) {
      if (untilCrash.decrementAndGet() == 0) {
        throw new IllegalStateException("crash on purpose");
      }
      int key = key(record);
      keyed.setCurrentKey(key);
      long before = count.value();
      count.update(before + 1);
      output.emit(key + ":" + before);
    }
  }
}
