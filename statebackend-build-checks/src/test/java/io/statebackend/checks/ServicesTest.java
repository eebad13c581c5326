// SPDX-License-Identifier: Apache-2.0
package io.statebackend.checks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.api.StateIoException;
import io.statebackend.core.storage.CheckpointStorages;
import io.statebackend.core.storage.StateBackends;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * What modules provide by name is the same on the class path ({@code META-INF/services}) and on the
 * module path ({@code module-info}), and all of it is found.
 */
class ServicesTest {
  private static final Path SERVICES = Path.of("src", "main", "resources", "META-INF", "services");

  private static final Reactor REACTOR = Reactor.locate();

  @Test
  void everyEngineIsFound() {
    assertThat(StateBackends.names()).containsExactly("fs", "memory", "rocksdb");
  }

  @Test
  void everyStorageIsFound() {
    assertThat(CheckpointStorages.schemes()).containsExactly("file", "hdfs", "memory", "s3");
  }

  /** The module leaves the client of Hadoop to the program, and these tests have none. */
  @Test
  void hdfsWithoutAClient_saysWhatToAdd() {
    assertThatThrownBy(() -> CheckpointStorages.open("hdfs://namenode:8020/checkpoints"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("hadoop-client-api");
  }

  @TestFactory
  Stream<DynamicTest> bothPathsProvideTheSame() {
    return REACTOR.modules().stream()
        .filter(module -> REACTOR.descriptorOf(module).isPresent())
        .map(
            module ->
                dynamicTest(
                    module, () -> assertThat(onClassPath(module)).isEqualTo(onModulePath(module))));
  }

  private static Map<String, List<String>> onModulePath(String module) {
    Optional<ModuleDescriptor> descriptor = REACTOR.descriptorOf(module);
    return descriptor.orElseThrow().provides().stream()
        .collect(
            Collectors.toMap(
                ModuleDescriptor.Provides::service,
                provides -> provides.providers().stream().sorted().toList(),
                (a, b) -> a,
                TreeMap::new));
  }

  private static Map<String, List<String>> onClassPath(String module) {
    Path directory = Path.of(module).resolve(SERVICES);
    return REACTOR.files().stream()
        .filter(file -> file.startsWith(directory))
        .collect(
            Collectors.toMap(
                file -> String.valueOf(file.getFileName()),
                file -> REACTOR.read(file).lines().sorted().toList(),
                (a, b) -> a,
                TreeMap::new));
  }
}
