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
 * How many records per millisecond can an operator process that has a list per key? Each operation
 * sets the current key first.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ListStateBenchmark {

  /** Returns how often a pass of {@link #addAll} adds a batch. */
  public static int addAllCount(int keys) {
    return Math.max(1, keys / 10);
  }

  /** Lists of {@link ListRun#ELEMENTS_PER_KEY} elements. */
  @State(Scope.Thread)
  public static class Filled {
    private ListRun<?, ?> run;

    /** Opens and fills it. */
    @Setup
    public void open(Settings settings) {
      run = ListRun.filled(settings);
    }

    /** Closes it. */
    @TearDown
    public void close() {
      run.close();
    }
  }

  /** No lists yet, a new state for each pass. */
  @State(Scope.Thread)
  public static class Empty {
    private ListRun<?, ?> run;

    /** Opens it. */
    @Setup(Level.Invocation)
    public void open(Settings settings) {
      run = ListRun.empty(settings);
    }

    /** Closes it. */
    @TearDown(Level.Invocation)
    public void close() {
      run.close();
    }
  }

  /** Reads all elements of a list. */
  @Benchmark
  @OperationsPerInvocation(Settings.BATCH)
  public long get(Filled state) {
    return state.run.get(Settings.BATCH);
  }

  /** Adds all elements one by one, in random order: one invocation is a pass over them. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  public void add(Empty state) {
    state.run.addOneByOne();
  }

  /**
   * Adds {@link ListRun#ELEMENTS_PER_ADD_ALL} elements at once, again and again: one invocation is
   * a pass.
   */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  public void addAll(Empty state) {
    state.run.addAll();
  }
}
