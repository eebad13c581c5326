// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * How many records per millisecond can an operator process that has one value per key? Each
 * operation sets the current key first.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ValueStateBenchmark {

  /** A state that has all keys. */
  @State(Scope.Thread)
  public static class Filled {
    private ValueRun<?, ?> run;

    /** Opens and fills it. */
    @Setup
    public void open(Settings settings) {
      run = ValueRun.filled(settings);
    }

    /** Closes it. */
    @TearDown
    public void close() {
      run.close();
    }
  }

  /** A state without keys, a new one for each pass. */
  @State(Scope.Thread)
  public static class Empty {
    private ValueRun<?, ?> run;

    /** Opens it. */
    @Setup(Level.Invocation)
    public void open(Settings settings) {
      run = ValueRun.empty(settings);
    }

    /** Closes it. */
    @TearDown(Level.Invocation)
    public void close() {
      run.close();
    }
  }

  /** Reads the value of a key that is there. */
  @Benchmark
  @OperationsPerInvocation(Settings.BATCH)
  public long get(Filled state) {
    return state.run.get(Settings.BATCH);
  }

  /** Replaces the value of a key that is there. */
  @Benchmark
  @OperationsPerInvocation(Settings.BATCH)
  public void update(Filled state) {
    state.run.update(Settings.BATCH);
  }

  /** Reads a value and replaces it by another one made from it. */
  @Benchmark
  @OperationsPerInvocation(Settings.BATCH)
  public void readModifyWrite(Filled state) {
    state.run.readModifyWrite(Settings.BATCH);
  }

  /** Gives all keys, none of which is there, a value: one invocation is a pass over all keys. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  public void add(Empty state) {
    state.run.fill();
  }
}
