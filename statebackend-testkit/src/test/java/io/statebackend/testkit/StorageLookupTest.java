// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.core.storage.CheckpointStorages;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.core.storage.StateBackends;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The storages of core are found by their schemes, and what is no address is refused. */
final class StorageLookupTest {

  @Nested
  final class Files extends StorageLookupContract {
    @Override
    protected String address(Path directory) {
      return directory.toUri().toString();
    }
  }

  @Nested
  final class Memory extends StorageLookupContract {
    @Override
    protected String address(Path directory) {
      return "memory:" + directory.getFileName();
    }
  }

  @Test
  void open_path_isADirectory(@TempDir Path directory) {
    Path place = directory.resolve("with blanks and ü");
    CheckpointStorages.open(place.toString()).close();
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(place)) {
      assertThat(storage.list("")).isEmpty();
    }
  }

  @Test
  void open_unknownScheme_tellsTheKnownOnes() {
    assertThatThrownBy(() -> CheckpointStorages.open("gopher://hole/jobs"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gopher://hole/jobs")
        .hasMessageContaining("found=[file, memory]");
  }

  @Test
  void open_noAddress_isRefused() {
    for (String address :
        new String[] {
          "", " ", "file:", "file://host/x", "file:///a b", "file:/x?y=1", "file:/x#y", "memory:/x"
        }) {
      assertThatThrownBy(() -> CheckpointStorages.open(address))
          .as(address)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("address");
    }
  }

  @Test
  void openEngine_unknownName_tellsTheKnownOnes() {
    assertThatThrownBy(() -> StateBackends.open("no-such-engine", null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name='no-such-engine', found=[");
  }
}
