// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ReducingState;
import org.apache.flink.api.common.state.ReducingStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * A job whose result is known: it counts the numbers from 0 on by key, in states of each kind, and
 * tells what it has when a timer fires at the end. One runs at a time.
 */
final class CountingJob {
  static final long KEYS = 1000;
  private static final long RESIDUES = 5;

  /** What the job has told, by key: count, sum of the map, length of the list, reduced value. */
  private static final Map<Long, String> RESULTS = new ConcurrentHashMap<>();

  private static final AtomicInteger FAILURES_LEFT = new AtomicInteger();
  private static final AtomicLong SEEN = new AtomicLong();

  private CountingJob() {}

  /** Begins anew. */
  static void reset(int failures) {
    RESULTS.clear();
    FAILURES_LEFT.set(failures);
    SEEN.set(0);
  }

  /** Returns how many records were processed, repeated ones included. */
  static long seen() {
    return SEEN.get();
  }

  static int failuresLeft() {
    return FAILURES_LEFT.get();
  }

  static Map<Long, String> results() {
    return Map.copyOf(RESULTS);
  }

  /** Returns what the job has to tell. */
  static Map<Long, String> expected(long records) {
    Map<Long, String> expected = new ConcurrentHashMap<>();
    for (long key = 0; key < KEYS; key++) {
      long first = key;
      long[] mine = LongStream.iterate(first, n -> n < records, n -> n + KEYS).toArray();
      expected.put(key, told(mine.length, mine.length, mine.length, LongStream.of(mine).sum()));
    }
    return expected;
  }

  private static String told(long count, long inMap, long inList, long sum) {
    return "count=%d, inMap=%d, inList=%d, sum=%d".formatted(count, inMap, inList, sum);
  }

  /**
   * Makes the job.
   *
   * @param records how many numbers there are
   * @param perSecond how many of them in a second
   */
  static JobGraph graph(Configuration config, int parallelism, long records, double perSecond) {
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
    env.setParallelism(parallelism);
    env.setMaxParallelism(32);
    env.fromSource(
            new DataGeneratorSource<>(
                index -> index, records, RateLimiterStrategy.perSecond(perSecond), Types.LONG),
            WatermarkStrategy.noWatermarks(),
            "numbers")
        .uid("numbers")
        .setParallelism(1)
        .map(new FailingNowAndThen())
        .uid("failing")
        .setParallelism(1)
        .keyBy(number -> number % KEYS)
        .process(new Counting())
        .uid("counting")
        .sinkTo(new DiscardingSink<>())
        .uid("sink");
    return env.getStreamGraph().getJobGraph();
  }

  /** Fails after a checkpoint was completed, as often as is asked for. */
  private static final class FailingNowAndThen extends RichMapFunction<Long, Long>
      implements CheckpointListener {
    private static final long serialVersionUID = 1L;

    private transient boolean hasCheckpoint;

    @Override
    public Long map(Long number) {
      if (hasCheckpoint && FAILURES_LEFT.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
        throw new IllegalStateException("failing on purpose");
      }
      return number;
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
      hasCheckpoint = true;
    }
  }

  private static final class Counting extends KeyedProcessFunction<Long, Long, Long> {
    private static final long serialVersionUID = 1L;

    private transient ValueState<Long> count;
    private transient MapState<Long, Long> byResidue;
    private transient ListState<String> all;
    private transient ReducingState<Long> sum;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
      byResidue =
          getRuntimeContext()
              .getMapState(new MapStateDescriptor<>("byResidue", Types.LONG, Types.LONG));
      all = getRuntimeContext().getListState(new ListStateDescriptor<>("all", Types.STRING));
      sum =
          getRuntimeContext()
              .getReducingState(new ReducingStateDescriptor<>("sum", Long::sum, Types.LONG));
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
      Long before = count.value();
      if (before == null) {
        context.timerService().registerEventTimeTimer(Long.MAX_VALUE - 1);
      }
      count.update(before == null ? 1L : before + 1);
      long residue = number % RESIDUES;
      Long inMap = byResidue.get(residue);
      byResidue.put(residue, inMap == null ? 1L : inMap + 1);
      all.add("number " + number);
      sum.add(number);
      SEEN.incrementAndGet();
    }

    @Override
    public void onTimer(long timestamp, OnTimerContext context, Collector<Long> out)
        throws Exception {
      long inMap = 0;
      for (Long value : byResidue.values()) {
        inMap += value;
      }
      long inList = 0;
      for (String unused : all.get()) {
        inList++;
      }
      @Nullable Long total = count.value();
      RESULTS.put(
          context.getCurrentKey(), told(total == null ? 0 : total, inMap, inList, sum.get()));
    }
  }
}
