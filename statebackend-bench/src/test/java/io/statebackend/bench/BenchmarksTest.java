// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.openjdk.jmh.annotations.Benchmark;

/** Every benchmark method runs once on every backend that it is for. */
class BenchmarksTest {
  private static final int KEYS = 1000;
  private static final List<Class<?>> CLASSES =
      List.of(
          ValueStateBenchmark.class,
          MapStateBenchmark.class,
          ListStateBenchmark.class,
          ReducingStateBenchmark.class);

  @TestFactory
  Stream<DynamicContainer> everyBackend() {
    return Backends.here()
        .map(
            backend ->
                dynamicContainer(
                    backend.name(),
                    Arrays.stream(EntryType.values())
                        .flatMap(type -> CLASSES.stream().flatMap(c -> tests(backend, type, c)))));
  }

  private static Stream<DynamicTest> tests(Backend backend, EntryType type, Class<?> benchmarks) {
    boolean isMeasured =
        benchmarks == ValueStateBenchmark.class
            || (backend.hasAllStates() && type != EntryType.LONG_BYTES128);
    if (!isMeasured) {
      return Stream.empty();
    }
    return benchmarkMethods(benchmarks)
        .map(
            method ->
                dynamicTest(
                    type + " " + benchmarks.getSimpleName() + "." + method.getName(),
                    () -> runOnce(backend, type, method)));
  }

  private static Stream<Method> benchmarkMethods(Class<?> benchmarks) {
    List<Method> methods =
        Arrays.stream(benchmarks.getMethods())
            .filter(method -> method.isAnnotationPresent(Benchmark.class))
            .toList();
    assertThat(methods).isNotEmpty();
    return methods.stream();
  }

  /** Does what JMH does around a method. */
  private static void runOnce(Backend backend, EntryType type, Method method)
      throws ReflectiveOperationException {
    Settings settings = new Settings();
    settings.backend = backend;
    settings.keys = KEYS;
    settings.type = type;
    settings.distribution = Distribution.UNIFORM;
    Class<?> stateClass = method.getParameterTypes()[0];
    Object state = stateClass.getDeclaredConstructor().newInstance();
    stateClass.getMethod("open", Settings.class).invoke(state, settings);
    try {
      method.invoke(method.getDeclaringClass().getDeclaredConstructor().newInstance(), state);
    } finally {
      stateClass.getMethod("close").invoke(state);
    }
  }
}
