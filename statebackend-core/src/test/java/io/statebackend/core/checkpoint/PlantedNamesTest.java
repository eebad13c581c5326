// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What others have put into the directory of checkpoints. */
@Timeout(60)
final class PlantedNamesTest {
  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);

  @TempDir Path directory;

  /** Restores, checks what was, and takes one checkpoint per value. */
  private void run(List<Long> restored, long... values) {
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory);
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(POSITIONS).get()).isEqualTo(restored);
      for (long value : values) {
        source.operatorState().splitList(POSITIONS).update(List.of(value));
        CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
        assertThat(source.snapshotIfPending()).isTrue();
        assertThat(future.join().id()).isPositive();
      }
    }
  }

  private Path plant(String path) throws IOException {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "planted");
  }

  @Test
  void numbersThatAreTooHigh_areLeftAlone() throws IOException {
    run(List.of(), 1);
    for (String name :
        List.of("9223372036854775807", "9999999999999999999", "4000000000000000001")) {
      plant("chk-" + name + "/_metadata");
    }
    run(List.of(1L), 2, 3);
    run(List.of(3L));
    assertThat(directory.resolve("chk-9223372036854775807/_metadata")).exists();
  }

  @Test
  void numberThatIsTooHigh_alone_isNoEmptyStart() throws IOException {
    plant("chk-9223372036854775807/_metadata");
    assertThatThrownBy(() -> run(List.of()))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("chk-9223372036854775807")
        .hasMessageContaining("startEmpty()");
  }

  @Test
  void foreignFiles_areNotDeleted() throws IOException {
    run(List.of(), 1);
    List<Path> planted =
        List.of(
            plant("savepoint-archive/2024/x"),
            plant("shared/notes.txt"),
            plant("chk-7/notes.txt"),
            plant("chk-1/backup~"));
    run(List.of(1L), 2, 3, 4);
    run(List.of(4L));
    assertThat(planted).allSatisfy(file -> assertThat(file).exists());
  }

  @Test
  void directoryAsMetadata_theOneBeforeIsRestored() throws IOException {
    run(List.of(), 1);
    plant("chk-5/_metadata/x");
    run(List.of(1L), 2);
    run(List.of(2L));
  }

  @Test
  void linkInACircleAsMetadata_theOneBeforeIsRestored() throws IOException {
    run(List.of(), 1);
    Path link = directory.resolve("chk-5/_metadata");
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, link);
    run(List.of(1L), 2);
    run(List.of(2L));
  }

  @Test
  void metadataOfManyZeros_theOneBeforeIsRestored() throws IOException {
    run(List.of(), 1);
    Path file = plant("chk-5/_metadata");
    try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
      zeros.setLength(250 << 20);
    }
    run(List.of(1L), 2);
    run(List.of(2L));
  }
}
