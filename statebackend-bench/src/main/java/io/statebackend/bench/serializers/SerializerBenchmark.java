// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * How long does it take to write a value to memory, and to read it back? Run by {@link
 * SerializerProgram}.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SerializerBenchmark {
  /** Whose serializer it is. */
  @Param public SerializerCandidate candidate;

  /** What is serialized. */
  @Param public SerializedType type;

  private SerializerSubject subject;

  /** Makes the values, and writes them once for reading. */
  @Setup
  public void open() throws IOException {
    subject = candidate.open(type);
    int unused = subject.write();
  }

  /** Writes a value. */
  @Benchmark
  @OperationsPerInvocation(SerializerSubject.VALUE_COUNT)
  public int write() throws IOException {
    return subject.write();
  }

  /** Reads a value. */
  @Benchmark
  @OperationsPerInvocation(SerializerSubject.VALUE_COUNT)
  public Object read() throws IOException {
    return subject.read();
  }
}
