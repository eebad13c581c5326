// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How many records per millisecond can an operator process that sums up per key? Each operation
 * sets the current key first.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ReducingStateBenchmark {

  /** A state that has all keys. */
  @State(Scope.Thread)
  public static class Filled {
    private ReducingRun<?, ?> run;

    /** Opens and fills it. */
    @Setup
    public void open(Settings settings) {
      run = ReducingRun.filled(settings);
    }

    /** Closes it. */
    @TearDown
    public void close() {
      run.close();
    }
  }

  /** Adds to the sum of a key that is there. */
  @Benchmark
  @OperationsPerInvocation(Settings.BATCH)
  public void add(Filled state) {
    state.run.add(Settings.BATCH);
  }
}
