// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.core.storage.CheckpointStorages;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A storage is found by the scheme of its address. */
public abstract class StorageLookupContract {
  private static final String FILE = "chk-7/_metadata";
  private static final byte[] CONTENT = "content".getBytes(StandardCharsets.UTF_8);

  @TempDir private Path directory;

  /** Creates the contract, for one test. */
  protected StorageLookupContract() {}

  /**
   * Returns the address of a place that nothing was stored in yet.
   *
   * @param emptyDirectory an empty directory for the test alone, for a storage that needs one
   * @return the address
   */
  protected abstract String address(Path emptyDirectory);

  /**
   * Returns what has to be set beside the address.
   *
   * @return the settings by name; none by default
   */
  protected Map<String, String> settings() {
    return Map.of();
  }

  @Test
  final void schemes_haveThatOfTheAddress() {
    CheckpointStorages.check(address(directory));
    assertThat(CheckpointStorages.schemes()).contains(URI.create(address(directory)).getScheme());
  }

  @Test
  final void open_whatWasStored_isFoundAgain() {
    String address = address(directory);
    try (CheckpointStorage storage = CheckpointStorages.open(address, settings())) {
      storage.publish(FILE, CONTENT);
    }
    try (CheckpointStorage storage = CheckpointStorages.open(address, settings())) {
      assertThat(read(storage)).isEqualTo(CONTENT);
    }
  }

  @Test
  final void openReadOnly_besideAWriter_readsAndDoesNotWrite() {
    String address = address(directory);
    try (CheckpointStorage storage = CheckpointStorages.open(address, settings())) {
      storage.publish(FILE, CONTENT);
      try (CheckpointStorage reader = CheckpointStorages.openReadOnly(address, settings())) {
        assertThat(read(reader)).isEqualTo(CONTENT);
        assertThatThrownBy(() -> reader.publish("chk-8/_metadata", CONTENT))
            .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> reader.create("chk-8/file"))
            .isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> reader.delete("chk-7"))
            .isInstanceOf(UnsupportedOperationException.class);
      }
      // That a reader goes lets no second writer in.
      assertThatThrownBy(() -> CheckpointStorages.open(address, settings()))
          .isInstanceOf(StateException.class);
      assertThat(storage.list("chk-7")).containsExactly("_metadata");
    }
  }

  @Test
  final void open_unknownSetting_isRefused() {
    assertThatThrownBy(
            () -> CheckpointStorages.open(address(directory), Map.of("no-such-setting", "1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unknown setting 'no-such-setting'");
  }

  private static byte[] read(CheckpointStorage storage) {
    try (StorageInput input = storage.open(FILE)) {
      byte[] content = new byte[(int) input.length()];
      input.read(0, content, 0, content.length);
      return content;
    }
  }
}
