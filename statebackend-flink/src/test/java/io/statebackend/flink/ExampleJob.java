// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.KeyedProcessFunction;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.Collector;

/** Counts words on a cluster within the process; the state lies in our fs engine. */
public final class ExampleJob {
  private ExampleJob() {}

  /** Keeps a count per word and tells it each time. */
  private static final class Counting extends KeyedProcessFunction<String, String, String> {
    private static final long serialVersionUID = 1L;

    private transient ValueState<Long> count;

    @Override
    public void open(OpenContext context) {
      count = getRuntimeContext().getState(new ValueStateDescriptor<>("count", Types.LONG));
    }

    @Override
    public void processElement(String word, Context context, Collector<String> out)
        throws Exception {
      Long before = count.value();
      long now = before == null ? 1 : before + 1;
      count.update(now);
      out.collect(word + "=" + now);
    }
  }

  /**
   * Runs the job.
   *
   * @param directory where checkpoints lie
   * @param words what is counted
   * @return what the job tells, in the order in which it comes
   */
  static CloseableIterator<String> run(Path directory, String... words) throws Exception {
    // tag::configure
    Configuration config = new Configuration();
    config.set(StateBackendOptions.STATE_BACKEND, StatebackendFactory.class.getName());
    config.set(StatebackendOptions.ENGINE, Engine.FS);
    config.set(StatebackendOptions.MEMORY_PER_SLOT, MemorySize.ofMebiBytes(64));
    config.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
    // end::configure
    config.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, directory.toUri().toString());
    env.configure(config);
    env.enableCheckpointing(Duration.ofSeconds(1).toMillis());
    env.setParallelism(2);
    return env.fromData(words)
        .keyBy(word -> word)
        .process(new Counting())
        .executeAndCollect("words");
  }
}
