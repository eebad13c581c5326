// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.channels;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many nanoseconds does it take to hand a record to another thread, when many follow each
 * other? One thread puts them in, the one that is measured takes them out.
 *
 * <pre>java -cp statebackend-bench/target/benchmarks.jar org.openjdk.jmh.Main ChannelHop</pre>
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Benchmark)
@Fork(3)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ChannelHopBenchmark {
  private static final int RECORDS = 100_000;

  /** What is measured. */
  @Param public HandOver.Kind kind;

  private HandOver handOver;
  private ExecutorService sender;

  /** Opens it. */
  @Setup
  public void open() {
    handOver = kind.open();
    sender = Executors.newSingleThreadExecutor();
  }

  /** Closes it. */
  @TearDown
  public void close() {
    sender.shutdownNow();
  }

  /** Hands over many records. */
  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public Object hop() throws InterruptedException, ExecutionException {
    Future<?> sent =
        sender.submit(
            () -> {
              for (int i = 0; i < RECORDS; i++) {
                handOver.put(this);
              }
              return null;
            });
    Object last = this;
    for (int i = 0; i < RECORDS; i++) {
      last = handOver.take();
    }
    sent.get();
    return last;
  }
}
