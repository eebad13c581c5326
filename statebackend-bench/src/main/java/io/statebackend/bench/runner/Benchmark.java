// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.runner;

import io.statebackend.bench.Backend;
import io.statebackend.bench.ListStateBenchmark;
import java.util.function.IntUnaryOperator;

/** The benchmarks, in the order in which they are run and shown. */
@SuppressWarnings("ImmutableEnumChecker") // the functions are constants too
enum Benchmark {
  VALUE_GET("ValueState.get"),
  VALUE_UPDATE("ValueState.update"),
  VALUE_ADD("ValueState.add", IntUnaryOperator.identity()),
  VALUE_READ_MODIFY_WRITE("ValueState.readModifyWrite"),
  MAP_GET("MapState.get"),
  MAP_PUT("MapState.put"),
  MAP_CONTAINS("MapState.contains"),
  MAP_ITERATE("MapState.iterate"),
  MAP_REMOVE("MapState.remove", IntUnaryOperator.identity()),
  LIST_ADD("ListState.add", IntUnaryOperator.identity()),
  LIST_ADD_ALL("ListState.addAll", ListStateBenchmark::addAllCount),
  LIST_GET("ListState.get"),
  REDUCING_ADD("ReducingState.add");

  private static final String VALUE_STATE = "ValueState.";
  private static final String PACKAGE = Backend.class.getPackageName() + ".";

  private final String id;

  /** How many operations a pass has; one for benchmarks that are not measured by passes. */
  private final IntUnaryOperator operationsPerPass;

  Benchmark(String id) {
    this(id, keys -> 1);
  }

  Benchmark(String id, IntUnaryOperator operationsPerPass) {
    this.id = id;
    this.operationsPerPass = operationsPerPass;
  }

  /** The state and the operation, such as {@code ValueState.get}. */
  String id() {
    return id;
  }

  boolean isOfValueState() {
    return id.startsWith(VALUE_STATE);
  }

  boolean isFor(Backend backend) {
    return isOfValueState() || backend.hasAllStates();
  }

  /** The name of the benchmark's method. */
  String method() {
    return PACKAGE + id.replace(".", "Benchmark.");
  }

  int operationsPerPass(int keys) {
    return operationsPerPass.applyAsInt(keys);
  }

  @Override
  public String toString() {
    return id;
  }
}
