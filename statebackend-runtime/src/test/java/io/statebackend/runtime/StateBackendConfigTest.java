// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.ListStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StateBackendConfigTest {
  /** A value that is right, by our name of the setting. */
  private static final Map<String, String> VALUES =
      Map.ofEntries(
          Map.entry("engine", "rocksdb"),
          Map.entry("working-directory", "working"),
          Map.entry("memory-budget", "64mb"),
          Map.entry("storage", "memory:config"),
          Map.entry("savepoint-storage", "memory:savepoints"),
          Map.entry("interval", "10 s"),
          Map.entry("min-pause", "1 s"),
          Map.entry("timeout", "5 min"),
          Map.entry("retained", "3"),
          Map.entry("tolerated-failures", "2"),
          Map.entry("compression", "none"),
          Map.entry("incremental", "true"),
          Map.entry("restore", "/data/checkpoints/savepoint-x"),
          Map.entry("claim-mode", "NO_CLAIM"));

  @TempDir private Path directory;

  private static Map<String, String> with(String... namesAndValues) {
    Map<String, String> values = new TreeMap<>(Map.of("storage", "memory:config"));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return values;
  }

  /** The rows of the table in the guide: our name, then Flink's. */
  private static Map<String, Set<String>> documented() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "guides", "run-a-job.md"));
    Map<String, Set<String>> rows = new TreeMap<>();
    for (MatchResult row :
        Pattern.compile("^\\| `([a-z-]+)` \\|([^|]*)\\|", Pattern.MULTILINE)
            .matcher(guide)
            .results()
            .toList()) {
      rows.put(
          row.group(1),
          Pattern.compile("`([^`]+)`")
              .matcher(row.group(2))
              .results()
              .map(name -> name.group(1))
              .collect(Collectors.toCollection(TreeSet::new)));
    }
    return rows;
  }

  @Test
  void theGuide_hasExactlyTheSettings() throws IOException {
    Map<String, Set<String>> known = new TreeMap<>();
    for (ConfigKey key : ConfigKey.values()) {
      List<String> names = key.names();
      known.put(names.get(0), new TreeSet<>(names.subList(1, names.size())));
    }
    assertThat(documented()).isEqualTo(known);
  }

  @Test
  void everyNameOfTheGuide_isAccepted() throws IOException {
    documented()
        .forEach(
            (own, flink) -> {
              Set<String> names = new TreeSet<>(flink);
              names.add(own);
              for (String name : names) {
                Map<String, String> values =
                    new TreeMap<>(
                        Map.of(
                            "storage", "memory:config",
                            "engine", "rocksdb",
                            "working-directory", "working"));
                values.remove(own);
                values.put(name, VALUES.get(own));
                StateBackendConfig config = StateBackendConfig.from(values);
                assertThat(config.describe())
                    .as(name)
                    .contains(own + " = ", "(" + name + "=" + VALUES.get(own) + " in the");
              }
            });
  }

  @ParameterizedTest
  @CsvSource({
    "retaned,3,did you mean 'retained'",
    "execution.checkpointing.intervall,3,did you mean 'execution.checkpointing.interval'",
    "interval,10 parsecs,setting 'interval' of the configuration is wrong",
    "execution.checkpointing.interval,0 s,setting 'execution.checkpointing.interval' of the",
    "min-pause,-1 s,'min-pause'",
    "timeout,0,more than zero",
    "retained,0,1 or more",
    "tolerated-failures,-1,0 or more",
    "compression,zip,'one of [none, lz4]'",
    "incremental,yes,true or false",
    "engine,btree,'btree'",
    "engine,rocksdb,needs a directory",
    "engine.preset,x,unknown setting 'preset' of engine memory",
    "memory-budget,64mb,unknown setting 'memory-budget' of engine memory",
    "savepoint-storage,gopher://hole,gopher",
    "restore,savepoint,such as /data/checkpoints/savepoint-upgrade",
    "execution.state-recovery.claim-mode,CLAIM,no-claim",
    "execution.checkpointing.dir,memory:other,says two things of 'storage'"
  })
  void wrongSetting_isRefusedAtOnce(String name, String value, String message) {
    assertThatThrownBy(() -> StateBackendConfig.from(with(name, value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void noStorage_isRefused() {
    assertThatThrownBy(() -> StateBackendConfig.from(Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("set 'storage'");
  }

  @Test
  void budgetTwice_isRefused() {
    assertThatThrownBy(
            () ->
                StateBackendConfig.from(
                    with(
                        "engine",
                        "fs",
                        "working-directory",
                        "x",
                        "memory-budget",
                        "64mb",
                        "engine.memory-budget",
                        "32mb")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("engine.memory-budget=32mb");
  }

  @ParameterizedTest
  @CsvSource({
    "state.backend.type,hashmap,memory",
    "state.backend,filesystem,memory",
    "state.backend.type,rocksdb,rocksdb",
    "engine,fs,fs"
  })
  void engine_ofEitherName_isOpened(String name, String value, String engine) {
    Map<String, String> values =
        with(name, value, "working-directory", directory.resolve("work").toString());
    values.put("storage", directory.resolve("checkpoints").toString());
    try (ConfiguredState state = StateBackendConfig.from(values).open()) {
      assertThat(state.backend().name()).isEqualTo(engine);
    }
  }

  @Test
  void from_yaml_nestedAndWithDots_andProperties_areTheSame() throws IOException {
    Path yaml = directory.resolve("job.yaml");
    Files.writeString(
        yaml,
        """
        # Flink's form
        execution:
          checkpointing:
            interval: 10 s
            num-retained: 3
        state.backend.incremental: true
        storage: memory:config
        """);
    Path properties = directory.resolve("job.properties");
    Files.writeString(
        properties,
        """
        execution.checkpointing.interval=10 s
        execution.checkpointing.num-retained=3
        state.backend.incremental=true
        storage=memory:config
        """);
    Properties loaded = new Properties();
    try (var in = Files.newInputStream(properties)) {
      loaded.load(in);
    }
    String expected =
        StateBackendConfig.from(loaded).describe().replace("the properties", "the file");
    assertThat(StateBackendConfig.from(yaml).describe().replace(yaml.toString(), "the file"))
        .isEqualTo(expected)
        .contains("interval = 10 s (execution.checkpointing.interval=10 s in the file)")
        .contains("timeout = 10 min (default)");
    assertThat(
            StateBackendConfig.from(properties)
                .describe()
                .replace(properties.toString(), "the file"))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'storage: [a, b]',one value",
    "'storage:',one value",
    "'just a text',one value",
    "'a: b: c',not well formed",
    "'storage: x\nstorage: y',not well formed",
    "'storage.region: x\nstorage:\n  region: y',given twice"
  })
  void from_badYaml_isRefusedWithTheFile(String content, String message) throws IOException {
    Path yaml = directory.resolve("job.yaml");
    Files.writeString(yaml, content);
    assertThatThrownBy(() -> StateBackendConfig.from(yaml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("job.yaml");
  }

  private static CompletedCheckpoint take(
      CheckpointCoordinator checkpoints, long value, String savepoint) {
    try (Subtask subtask = checkpoints.subtask("operator").open()) {
      subtask
          .operatorState()
          .splitList(ListStateDescriptor.of("values", Serializers.LONG))
          .update(List.of(value));
      var future = savepoint == null ? checkpoints.trigger() : checkpoints.savepoint(savepoint);
      subtask.snapshotIfPending();
      return future.join();
    }
  }

  @Test
  void savepoint_isMovedAndRestored() {
    Map<String, String> first = with("interval", "1 h");
    first.put("storage", directory.resolve("first").toString());
    first.put("savepoint-storage", directory.resolve("savepoints").toString());
    try (ConfiguredState state = StateBackendConfig.from(first).open();
        CheckpointCoordinator checkpoints = state.checkpoints().open()) {
      assertThat(checkpoints.isPeriodic()).isTrue();
      state.moveSavepoint(take(checkpoints, 7, "upgrade"));
      assertThat(state.storage().list("savepoint-upgrade")).isEmpty();
    }
    Map<String, String> second =
        with(
            "execution.state-recovery.path",
            directory.resolve("savepoints/savepoint-upgrade") + "");
    second.put("storage", directory.resolve("second").toString());
    for (int run = 0; run < 2; run++) {
      try (ConfiguredState state = StateBackendConfig.from(second).open();
          CheckpointCoordinator checkpoints = state.checkpoints().open()) {
        assertThat(checkpoints.restored().orElseThrow().isSavepoint()).isEqualTo(run == 0);
        CompletedCheckpoint unused = take(checkpoints, 8, null);
      }
    }
    assertThatCode(() -> StateBackendConfig.from(second)).doesNotThrowAnyException();
  }
}
