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
 * How many records per millisecond can an operator process that has a map of {@link
 * MapRun#ENTRIES_PER_KEY} entries per key? Each operation sets the current key first.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class MapStateBenchmark {

  /** Maps that have all entries. */
  @State(Scope.Thread)
  public static class Filled {
    private MapRun<?, ?> run;

    /** Opens and fills it. */
    @Setup
    public void open(Settings settings) {
      run = MapRun.filled(settings);
    }

    /** Closes it. */
    @TearDown
    public void close() {
      run.close();
    }
  }

  /** Maps that have all entries, new ones for each pass. */
  @State(Scope.Thread)
  public static class Full {
    private MapRun<?, ?> run;

    /** Opens it. */
    @Setup(Level.Invocation)
    public void open(Settings settings) {
      run = MapRun.filled(settings);
    }

    /** Closes it. */
    @TearDown(Level.Invocation)
    public void close() {
      run.close();
    }
  }

  /** Reads an entry that is there. */
  @Benchmark
  @OperationsPerInvocation(Settings.BATCH)
  public long get(Filled state) {
    return state.run.get(Settings.BATCH);
  }

  /** Replaces an entry that is there. */
  @Benchmark
  @OperationsPerInvocation(Settings.BATCH)
  public void put(Filled state) {
    state.run.put(Settings.BATCH);
  }

  /** Looks for an entry that is there. */
  @Benchmark
  @OperationsPerInvocation(Settings.BATCH)
  public long contains(Filled state) {
    return state.run.contains(Settings.BATCH);
  }

  /** Reads all entries of a map. */
  @Benchmark
  @OperationsPerInvocation(Settings.BATCH)
  public long iterate(Filled state) {
    return state.run.iterate(Settings.BATCH);
  }

  /** Removes all entries: one invocation is a pass over them in random order. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  public void remove(Full state) {
    state.run.removeAll();
  }
}
