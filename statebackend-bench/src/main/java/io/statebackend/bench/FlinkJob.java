// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.AggregatingState;
import org.apache.flink.api.common.state.AggregatingStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.Collector;

/** The jobs of {@link FlinkProgram}: each is given numbers from 0 on, one for each millisecond. */
enum FlinkJob {
  /** A count per number. */
  COUNT_LONG {
    @Override
    DataStream<Long> on(DataStream<Long> numbers, long keys) {
      return numbers.keyBy(n -> mixed(n, keys)).process(new Counting<>());
    }
  },

  /** A count per text. */
  COUNT_STRING {
    @Override
    DataStream<Long> on(DataStream<Long> numbers, long keys) {
      return numbers.keyBy(n -> "customer-" + mixed(n, keys)).process(new Counting<>());
    }
  },

  /** Maps of 8 counts, for three tenths of the keys. */
  MAPS {
    @Override
    DataStream<Long> on(DataStream<Long> numbers, long keys) {
      long maps = Math.max(1, 3 * keys / 10);
      return numbers.keyBy(n -> mixed(n, maps)).process(new CountingInMaps<>());
    }
  },

  /** An accumulator that is an object, in aggregating state. */
  AGGREGATE {
    @Override
    DataStream<Long> on(DataStream<Long> numbers, long keys) {
      return numbers.keyBy(n -> mixed(n, keys)).process(new Aggregating<>());
    }
  },

  /** The same in windows of time, in each of which a tenth of the keys occurs. */
  WINDOW {
    @Override
    DataStream<Long> on(DataStream<Long> numbers, long keys) {
      long perWindow = Math.max(1, keys / 10);
      return numbers
          .keyBy(n -> mixed(n, perWindow))
          .window(TumblingEventTimeWindows.of(Duration.ofMillis(4 * perWindow)))
          .aggregate(new Statistics(), Types.POJO(Accumulator.class), Types.LONG);
    }
  },

  /** Texts of 100 characters of which most are of few keys, more than fit into memory. */
  SPILL_ZIPF {
    @Override
    DataStream<Long> on(DataStream<Long> numbers, long keys) {
      return numbers.keyBy(n -> skewed(n, keys)).process(new KeepingTexts<>());
    }
  },

  /** As query 7 of Nexmark: the highest bid of each window, first by auction. */
  HIGHEST_BID {
    @Override
    DataStream<Long> on(DataStream<Long> numbers, long keys) {
      Duration window = Duration.ofMillis(Math.max(10, keys));
      return numbers
          .keyBy(n -> mixed(n, keys))
          .window(TumblingEventTimeWindows.of(window))
          .reduce(Math::max)
          .keyBy(n -> 0)
          .window(TumblingEventTimeWindows.of(window))
          .reduce(Math::max);
    }
  },

  /** As query 8 of Nexmark: who is new and sells in the same window. */
  NEW_SELLERS {
    @Override
    DataStream<Long> on(DataStream<Long> numbers, long keys) {
      DataStream<Long> persons = numbers.filter(n -> n % 4 == 0);
      DataStream<Long> auctions = numbers.filter(n -> n % 4 != 0);
      return persons
          .join(auctions)
          .where(n -> n / 4 % keys, Types.LONG)
          .equalTo(n -> mixed(n, keys), Types.LONG)
          .window(TumblingEventTimeWindows.of(Duration.ofMillis(Math.max(10, keys))))
          .apply((person, auction) -> person, Types.LONG);
    }
  };

  /** How many bytes a key of {@link #SPILL_ZIPF} takes, about. */
  static final long SPILLED_BYTES_PER_KEY = 150;

  private static final int TEXT_LENGTH = 100;

  /** Builds the job between its source and its sink. */
  abstract DataStream<Long> on(DataStream<Long> numbers, long keys);

  /** Ends the job. */
  final void addTo(DataStream<Long> numbers, long keys) {
    DataStream<Long> timed =
        numbers.assignTimestampsAndWatermarks(
            WatermarkStrategy.<Long>forMonotonousTimestamps()
                .withTimestampAssigner((number, unused) -> number));
    on(timed, keys).sinkTo(new DiscardingSink<>());
  }

  private static long mixed(long number, long keys) {
    long h = number * 0x9E3779B97F4A7C15L;
    h = (h ^ h >>> 32) * 0xD1342543DE82EF95L;
    return Long.remainderUnsigned(h ^ h >>> 29, keys);
  }

  /** Returns a key of which the lower ones come more often: about as Zipf's law with exponent 1. */
  private static long skewed(long number, long keys) {
    double uniform = mixed(number, 1L << 30) / (double) (1L << 30);
    return (long) Math.pow((double) keys, uniform) % keys;
  }

  /** Statistics of some numbers. */
  @SuppressWarnings("PublicField") // what Flink takes for a plain object
  public static final class Accumulator {
    public long count;
    public long sum;
    public long least = Long.MAX_VALUE;
    public long most = Long.MIN_VALUE;
  }

  private static final class Statistics implements AggregateFunction<Long, Accumulator, Long> {
    private static final long serialVersionUID = 1L;

    @Override
    public Accumulator createAccumulator() {
      return new Accumulator();
    }

    @Override
    public Accumulator add(Long value, Accumulator accumulator) {
      accumulator.count++;
      accumulator.sum += value;
      accumulator.least = Math.min(accumulator.least, value);
      accumulator.most = Math.max(accumulator.most, value);
      return accumulator;
    }

    @Override
    public Long getResult(Accumulator accumulator) {
      return accumulator.sum;
    }

    @Override
    public Accumulator merge(Accumulator a, Accumulator b) {
      a.count += b.count;
      a.sum += b.sum;
      a.least = Math.min(a.least, b.least);
      a.most = Math.max(a.most, b.most);
      return a;
    }
  }

  private static final class Counting<K> extends KeyedProcessFunction<K, Long, Long> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("NullAway.Init") // set when the task opens it
    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
      Long before = count.value();
      count.update(before == null ? 1L : before + 1);
    }
  }

  private static final class CountingInMaps<K> extends KeyedProcessFunction<K, Long, Long> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("NullAway.Init") // set when the task opens it
    private transient MapState<Long, Long> counts;

    @Override
    public void open(OpenContext context) {
      counts =
          getRuntimeContext()
              .getMapState(new MapStateDescriptor<>("counts", Types.LONG, Types.LONG));
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
      long userKey = number & 7;
      Long before = counts.get(userKey);
      counts.put(userKey, before == null ? 1L : before + 1);
    }
  }

  private static final class Aggregating<K> extends KeyedProcessFunction<K, Long, Long> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("NullAway.Init") // set when the task opens it
    private transient AggregatingState<Long, Long> statistics;

    @Override
    public void open(OpenContext context) {
      TypeInformation<Accumulator> type = Types.POJO(Accumulator.class);
      statistics =
          getRuntimeContext()
              .getAggregatingState(
                  new AggregatingStateDescriptor<>("statistics", new Statistics(), type));
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
      statistics.add(number);
    }
  }

  private static final class KeepingTexts<K> extends KeyedProcessFunction<K, Long, Long> {
    private static final long serialVersionUID = 1L;

    @SuppressWarnings("NullAway.Init") // set when the task opens it
    private transient ValueState<String> text;

    @Override
    public void open(OpenContext context) {
      text = getRuntimeContext().getState(new ValueStateDescriptor<>("text", Types.STRING));
    }

    @Override
    public void processElement(Long number, Context context, Collector<Long> out) throws Exception {
      String before = text.value();
      char next = before == null ? 'a' : (char) ('a' + (before.charAt(0) - 'a' + 1) % 26);
      text.update(String.valueOf(next).repeat(TEXT_LENGTH));
    }
  }
}
