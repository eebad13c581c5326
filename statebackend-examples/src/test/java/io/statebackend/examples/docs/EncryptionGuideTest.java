// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.encryption.EncryptedCheckpointStorage;
import io.statebackend.core.encryption.KeyFile;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of docs/guides/where-checkpoints-live.md. */
final class EncryptionGuideTest {
  private static final ValueStateDescriptor<String> SECRET =
      ValueStateDescriptor.of("secret", Serializers.STRING);

  @Test
  void encryptedCheckpoint_isRestored(@TempDir Path top) throws IOException {
    char[] password = "correct horse".toCharArray();
    Path keyFile = top.resolve("master.keys");
    KeyFile created = KeyFile.create(keyFile, password);
    assertThat(created.generate().key()).hasSize(32);
    Path directory = top.resolve("checkpoints");
    assertThat(run(directory, keyFile, password)).isNull();
    assertThat(run(directory, keyFile, password)).isEqualTo("the word nobody sees");
    for (Path file : filesIn(directory)) {
      assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
          .as("%s", file)
          .doesNotContain("nobody");
    }
  }

  private static String run(Path directory, Path keyFile, char[] password) {
    // tag::open
    KeyFile keys = KeyFile.open(keyFile, password); // once before: KeyFile.create
    try (var files = FileCheckpointStorage.open(directory);
        var storage = EncryptedCheckpointStorage.open(files, keys);
        var checkpoints = CheckpointCoordinator.builder(storage).open()) {
      // end::open
      try (var backend = MemoryStateBackend.create();
          var subtask = checkpoints.subtask("operator").open()) {
        var state = subtask.keyed(backend, Serializers.LONG);
        state.setCurrentKey(1L);
        String before = state.value(SECRET).value();
        state.value(SECRET).update("the word nobody sees");
        var checkpoint = checkpoints.trigger();
        subtask.snapshotIfPending();
        checkpoint.join();
        return before;
      }
    }
  }

  private static List<Path> filesIn(Path directory) throws IOException {
    try (Stream<Path> found = Files.walk(directory)) {
      return found.filter(Files::isRegularFile).toList();
    }
  }
}
