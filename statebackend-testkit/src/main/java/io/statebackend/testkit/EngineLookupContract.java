// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.storage.StateBackends;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An engine is found by its name, and takes settings as text. */
public abstract class EngineLookupContract {
  private final String name;
  private final Map<String, String> settings;

  /**
   * Creates the contract, for one test.
   *
   * @param name the name of the engine
   * @param settings every setting of it, with a value that is right
   */
  protected EngineLookupContract(String name, Map<String, String> settings) {
    this.name = name;
    this.settings = Map.copyOf(settings);
  }

  @Test
  final void names_haveTheEngine() {
    assertThat(StateBackends.names()).contains(name);
  }

  @Test
  final void open_byItsName_opensTheEngine(@TempDir Path directory) {
    try (StateBackend backend = StateBackends.open(name, directory)) {
      assertThat(backend.name()).isEqualTo(name);
    }
    try (StateBackend backend = StateBackends.open(name.toUpperCase(Locale.ROOT), directory)) {
      assertThat(backend.name()).isEqualTo(name);
    }
  }

  @Test
  final void open_everySetting_opensTheEngine(@TempDir Path directory) {
    try (StateBackend backend = StateBackends.open(name, directory, settings)) {
      assertThat(backend.name()).isEqualTo(name);
    }
  }

  @Test
  final void configure_opensNothing(@TempDir Path directory) {
    Path working = directory.resolve("working");
    var unused = StateBackends.configure(name, working, settings);
    assertThat(Files.exists(working)).isFalse();
  }

  @Test
  final void configure_wrongValue_isRefusedByName(@TempDir Path directory) {
    for (String setting : settings.keySet()) {
      assertThatThrownBy(
              () -> StateBackends.configure(name, directory, Map.of(setting, "no such value")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + setting + "'")
          .hasMessageContaining("no such value");
    }
  }

  @Test
  final void configure_unknownSetting_isRefusedAndTheNearestNamed(@TempDir Path directory) {
    assertThatThrownBy(
            () -> StateBackends.configure(name, directory, Map.of("no-such-setting", "1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown setting 'no-such-setting' of engine " + name);
    for (String setting : settings.keySet()) {
      assertThatThrownBy(() -> StateBackends.configure(name, directory, Map.of(setting + "x", "1")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("did you mean '" + setting + "'?");
    }
  }
}
