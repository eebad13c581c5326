// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What files add to the contract of storages, which statebackend-testkit runs. */
final class FileCheckpointStorageTest {
  @TempDir private Path parent;

  private Path directory() {
    return parent.resolve("state/of/job");
  }

  @Test
  void open_heldByAnother() {
    try (CheckpointStorage held = FileCheckpointStorage.open(directory())) {
      assertThatThrownBy(() -> FileCheckpointStorage.open(directory()))
          .as("second writer of %s", held.location())
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining("in use by another writer")
          .hasMessageContaining("job");
    }
  }

  @Test
  void open_sameDirectoryUnderAnotherName() throws IOException {
    try (CheckpointStorage held = FileCheckpointStorage.open(directory())) {
      Path link = Files.createSymbolicLink(parent.resolve("link"), directory());
      for (Path other : new Path[] {link, directory().resolve("../job")}) {
        assertThatThrownBy(() -> FileCheckpointStorage.open(other))
            .as("%s, which is %s", other, held.location())
            .isInstanceOf(StateLockedException.class);
      }
    }
  }

  @Test
  void open_directoryWithAnOddName() {
    Path odd = parent.resolve("a b/#%41&'\u00e4\u4e2d/-");
    try (CheckpointStorage storage = FileCheckpointStorage.open(odd)) {
      storage.publish("chk-1/_metadata", new byte[1]);
    }
    try (CheckpointStorage storage = FileCheckpointStorage.open(odd)) {
      assertThat(storage.list("chk-1")).containsExactly("_metadata");
      storage.delete("chk-1");
      assertThat(storage.list("")).isEmpty();
    }
  }

  @Test
  void open_file() throws IOException {
    Path file = Files.createFile(parent.resolve("file"));
    for (Path path : new Path[] {file, file.resolve("beneath")}) {
      assertThatThrownBy(() -> FileCheckpointStorage.open(path))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("directory=" + path)
          .hasMessageContaining("name a directory");
      assertThatThrownBy(() -> FileCheckpointStorage.openReadOnly(path))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("directory=" + path);
    }
  }

  @Test
  void open_leftoversOfADeadProcess() throws IOException {
    Path place = parent.resolve("place");
    Files.createDirectories(place.resolve("chk-1"));
    Files.writeString(place.resolve("chk-1/a.uncommitted~"), "half");
    Files.writeString(place.resolve("b.uncommitted~"), "half");
    Files.writeString(place.resolve("c"), "whole");
    try (CheckpointStorage storage = FileCheckpointStorage.open(place)) {
      assertThat(storage.list("")).containsExactly("c");
    }
    assertThat(place.resolve("chk-1/a.uncommitted~")).doesNotExist();
    assertThat(place.resolve("b.uncommitted~")).doesNotExist();
  }

  @Test
  void openReadOnly_whileAnotherWrites() throws IOException {
    Path place = parent.resolve("place");
    try (CheckpointStorage writer = FileCheckpointStorage.open(place);
        CheckpointStorage reader = FileCheckpointStorage.openReadOnly(place);
        StorageOutput out = writer.create("chk-2/a")) {
      writer.publish("chk-1/_metadata", "content".getBytes(UTF_8));
      out.write(new byte[1], 0, 1);
      assertThat(reader.list("")).containsExactly("chk-1");
      try (StorageInput in = reader.open("chk-1/_metadata")) {
        assertThat(in.length()).isEqualTo(7);
      }
      assertThat(place.resolve("chk-2/a.uncommitted~")).exists();
    }
  }

  @Test
  void openReadOnly_thenWrite() {
    try (CheckpointStorage storage = FileCheckpointStorage.openReadOnly(parent)) {
      assertThatThrownBy(() -> storage.create("a"))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessageContaining("read-only")
          .hasMessageContaining("directory=" + parent);
      assertThatThrownBy(() -> storage.publish("a", new byte[0]))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> storage.delete("a"))
          .isInstanceOf(UnsupportedOperationException.class);
    }
    assertThat(parent.resolve("_lock")).doesNotExist();
  }

  @Test
  void openReadOnly_readOnlyMedia() throws IOException {
    URI zip = URI.create("jar:" + parent.resolve("checkpoints.zip").toUri());
    try (FileSystem media = FileSystems.newFileSystem(zip, Map.of("create", "true"))) {
      Files.createDirectories(media.getPath("/backup/chk-1"));
      Files.writeString(media.getPath("/backup/chk-1/_metadata"), "content");
    }
    try (FileSystem media = FileSystems.newFileSystem(zip, Map.of());
        CheckpointStorage storage = FileCheckpointStorage.openReadOnly(media.getPath("/backup"))) {
      assertThat(storage.list("")).containsExactly("chk-1");
      assertThat(storage.list("chk-1")).containsExactly("_metadata");
      try (StorageInput in = storage.open("chk-1/_metadata")) {
        byte[] bytes = new byte[7];
        in.read(0, bytes, 0, 7);
        assertThat(bytes).asString(UTF_8).isEqualTo("content");
      }
    }
  }

  @Test
  void open_readOnlyMedia() {
    Path image = Path.of(URI.create("jrt:/java.base"));
    assertThatThrownBy(() -> FileCheckpointStorage.open(image))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("directory=" + image)
        .hasMessageContaining("open it read-only");
  }

  @Test
  void anyMethod_lockFile() throws IOException {
    Path place = parent.resolve("place");
    try (CheckpointStorage storage = FileCheckpointStorage.open(place)) {
      assertThat(Files.exists(place.resolve("_lock"))).isTrue();
      assertThat(storage.list("")).isEmpty();
      assertThatThrownBy(() -> storage.create("_lock"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> storage.delete("_lock"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("lock file");
    }
  }

  @Test
  void read_fileThatWasCut() throws IOException {
    Path place = parent.resolve("place");
    Files.createDirectories(place);
    Files.write(place.resolve("a"), new byte[10]);
    try (CheckpointStorage storage = FileCheckpointStorage.openReadOnly(place);
        StorageInput in = storage.open("a")) {
      assertThatThrownBy(() -> in.read(5, new byte[6], 0, 6))
          .hasMessageContaining("expected length=11 or more, actual=10")
          .hasMessageContaining("offset=10");
    }
  }

  @Test
  void create_interruptedThread() {
    Path place = parent.resolve("place");
    try (CheckpointStorage storage = FileCheckpointStorage.open(place)) {
      try (StorageOutput out = storage.create("a")) {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> out.write(new byte[1], 0, 1)).isInstanceOf(StateIoException.class);
        assertThat(Thread.interrupted()).isTrue();
      }
      assertThat(storage.list("")).isEmpty();
      storage.publish("a", new byte[1]);
      assertThat(storage.list("")).containsExactly("a");
    }
  }

  @Test
  void importFile_exportFile_areLinks() throws IOException {
    Path source = Files.writeString(parent.resolve("source"), "content");
    Path symbolic = Files.createSymbolicLink(parent.resolve("symbolic"), source);
    try (CheckpointStorage storage = FileCheckpointStorage.open(directory())) {
      storage.importFile("shared/a", source);
      storage.importFile("shared/b", symbolic);
      storage.exportFile("shared/a", parent.resolve("target"));
    }
    try (CheckpointStorage storage = FileCheckpointStorage.openReadOnly(directory())) {
      storage.exportFile("shared/b", parent.resolve("other"));
    }
    for (String file :
        List.of("state/of/job/shared/a", "state/of/job/shared/b", "target", "other")) {
      assertThat(Files.isSameFile(source, parent.resolve(file))).as(file).isTrue();
      assertThat(Files.isSymbolicLink(parent.resolve(file))).as(file).isFalse();
    }
  }
}
