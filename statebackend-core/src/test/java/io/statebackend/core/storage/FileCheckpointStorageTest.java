// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statebackend.api.StateClosedException;
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
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
  void open_touchesNothingThatIsNotOurs() throws IOException {
    Path place = parent.resolve("place");
    Path elsewhere = Files.createDirectories(parent.resolve("elsewhere"));
    Files.createDirectories(place.resolve("savepoint-archive/2024"));
    List<Path> foreign =
        List.of(
            Files.writeString(place.resolve("notes.txt~"), "of an editor"),
            Files.writeString(place.resolve("savepoint-archive/2024/a~"), "of an editor"),
            Files.writeString(place.resolve("uncommitted~"), "another name"),
            Files.createDirectory(place.resolve("directory.uncommitted~")),
            Files.writeString(place.resolve("directory.uncommitted~/a.uncommitted~"), "foreign"),
            Files.writeString(elsewhere.resolve("a.uncommitted~"), "behind a link"),
            Files.createSymbolicLink(place.resolve("link"), elsewhere),
            Files.createSymbolicLink(place.resolve("link.uncommitted~"), elsewhere),
            Files.createSymbolicLink(place.resolve("loop"), Path.of("loop")));
    FileCheckpointStorage.open(place).close();
    for (Path path : foreign) {
      assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).as("%s is there", path).isTrue();
    }
  }

  /**
   * Nobody but the superuser is kept out by the mode of a directory; then this test says little.
   */
  @Test
  void open_foreignDirectoryThatCannotBeRead() throws IOException {
    Path place = parent.resolve("place");
    Path secret = Files.createDirectories(place.resolve("secret"));
    Files.writeString(secret.resolve("a"), "secret");
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(secret);
    Files.setPosixFilePermissions(secret, Set.of());
    assumeThat(Files.isReadable(secret)).isFalse();
    try (CheckpointStorage storage = FileCheckpointStorage.open(place)) {
      storage.publish("chk-1/_metadata", new byte[1]);
      assertThat(storage.list("")).containsExactlyInAnyOrder("chk-1", "secret");
      assertThatThrownBy(() -> storage.list("secret")).isInstanceOf(StateIoException.class);
    } finally {
      Files.setPosixFilePermissions(secret, before);
    }
  }

  @Test
  void open_lockFileIsALink() throws IOException {
    Path target = parent.resolve("target");
    Path place = Files.createDirectory(parent.resolve("place"));
    Files.createSymbolicLink(place.resolve("_lock"), target);
    assertThatThrownBy(() -> FileCheckpointStorage.open(place))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("directory=" + place);
    assertThat(target).doesNotExist();
  }

  @Test
  void write_overALink_isRefused() throws IOException {
    Path place = parent.resolve("place");
    Path elsewhere = Files.createDirectories(parent.resolve("elsewhere/sub"));
    Path kept = Files.writeString(elsewhere.resolve("kept"), "kept");
    Path local = Files.writeString(parent.resolve("local"), "local");
    try (CheckpointStorage storage = FileCheckpointStorage.open(place)) {
      Files.createSymbolicLink(place.resolve("link"), elsewhere.getParent());
      for (String file : List.of("link/a", "link/sub/a", "link/sub/new/a")) {
        for (ThrowingCallable call :
            List.<ThrowingCallable>of(
                () -> storage.create(file),
                () -> storage.publish(file, new byte[1]),
                () -> storage.importFile(file, local))) {
          assertThatThrownBy(call)
              .as(file)
              .isInstanceOf(StateIoException.class)
              .hasMessageContaining("symbolic link")
              .hasMessageContaining("link");
        }
      }
      assertThatThrownBy(() -> storage.delete("link/sub/kept"))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("symbolic link");
      try (StorageInput in = storage.open("link/sub/kept")) {
        assertThat(in.length()).as("reading follows links").isEqualTo(4);
      }
      storage.delete("link");
      assertThat(storage.list("")).isEmpty();
    }
    assertThat(kept).hasContent("kept");
    try (Stream<Path> children = Files.list(elsewhere)) {
      assertThat(children).containsExactly(kept);
    }
  }

  @Test
  void write_linkInPlaceOfTheFile_isNotWrittenThrough() throws IOException {
    Path place = parent.resolve("place");
    Path victim = Files.writeString(parent.resolve("victim"), "kept");
    try (CheckpointStorage storage = FileCheckpointStorage.open(place)) {
      for (String name : List.of("a", "b")) {
        Files.createSymbolicLink(place.resolve(name + ".uncommitted~"), victim);
      }
      storage.publish("a", new byte[1]);
      try (StorageOutput out = storage.create("b")) {
        out.write(new byte[1], 0, 1);
        out.commit();
      }
      Files.createSymbolicLink(place.resolve("dangling"), parent.resolve("not there"));
      assertThatThrownBy(() -> storage.create("dangling"))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("there already");
      StorageOutput out = storage.create("c");
      Files.createSymbolicLink(place.resolve("c"), victim);
      assertThatThrownBy(out::commit)
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("there already");
      assertThat(place.resolve("c")).isSymbolicLink();
    }
    assertThat(victim).hasContent("kept");
    assertThat(parent.resolve("not there")).doesNotExist();
  }

  /** A pipe that nobody writes to keeps who opens it waiting. */
  @Test
  @Timeout(60)
  void open_whatIsNoRegularFile() throws IOException, InterruptedException {
    Path place = Files.createDirectories(parent.resolve("place/chk-1"));
    Path pipe = place.resolve("_metadata");
    assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    try (CheckpointStorage storage = FileCheckpointStorage.open(parent.resolve("place"))) {
      assertThat(storage.list("chk-1")).containsExactly("_metadata");
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> storage.open("chk-1/_metadata"),
              () -> storage.exportFile("chk-1/_metadata", parent.resolve("target")),
              () -> storage.importFile("b", pipe))) {
        assertThatThrownBy(call)
            .isInstanceOf(StateIoException.class)
            .hasMessageContaining("not a regular file")
            .hasMessageContaining("_metadata");
      }
      assertThatThrownBy(() -> storage.open("chk-1"))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("it is a directory");
      storage.delete("chk-1");
      assertThat(storage.list("")).isEmpty();
    }
    Files.delete(parent.resolve("place/_lock"));
    Path lock = parent.resolve("place/_lock");
    assertThat(new ProcessBuilder("mkfifo", lock.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> FileCheckpointStorage.open(parent.resolve("place")))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("no regular file");
  }

  @Test
  void list_linksInACircle() throws IOException {
    Path place = parent.resolve("place");
    try (CheckpointStorage storage = FileCheckpointStorage.open(place)) {
      storage.publish("chk-1/_metadata", new byte[1]);
      Files.createSymbolicLink(place.resolve("loop"), Path.of("loop"));
      Files.createDirectory(place.resolve("chk-2"));
      Files.createSymbolicLink(place.resolve("chk-2/up"), place);
      assertThat(storage.list("")).containsExactlyInAnyOrder("chk-1", "chk-2", "loop");
      assertThat(storage.list("chk-2")).containsExactly("up");
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> storage.list("loop"),
              () -> storage.open("loop"),
              () -> storage.open("loop/_metadata"))) {
        assertThatThrownBy(call).isInstanceOf(StateIoException.class).hasMessageContaining("loop");
      }
      storage.delete("chk-2");
      storage.delete("loop");
      assertThat(storage.list("")).containsExactly("chk-1");
    }
  }

  @Test
  void delete_lastFile_takesItsDirectoryAlong() throws IOException {
    Path place = parent.resolve("place");
    try (CheckpointStorage storage = FileCheckpointStorage.open(place)) {
      storage.publish("chk-1/sub/a", new byte[1]);
      storage.publish("chk-2/a", new byte[1]);
      Files.writeString(place.resolve("chk-2/notes~"), "not ours");
      storage.delete("chk-1/sub/a");
      storage.delete("chk-2/a");
      assertThat(place.resolve("chk-1")).doesNotExist();
      assertThat(place.resolve("chk-2/notes~")).exists();
      assertThat(storage.list("")).isEmpty();
      assertThat(place).exists();
    }
  }

  @Test
  void delete_lastFile_whileAnotherIsWrittenBesideIt() {
    try (CheckpointStorage storage = FileCheckpointStorage.open(directory())) {
      storage.publish("chk-1/a", new byte[1]);
      try (StorageOutput out = storage.create("chk-1/b")) {
        storage.delete("chk-1/a");
        out.commit();
      }
      assertThat(storage.list("chk-1")).containsExactly("b");
    }
  }

  @Test
  void read_reopenedAfterAnInterrupt_onlyTheSameFile() throws IOException {
    Path file = directory().resolve("a");
    try (CheckpointStorage storage = FileCheckpointStorage.open(directory())) {
      storage.publish("a", "first".getBytes(UTF_8));
      StorageInput in = storage.open("a");
      interruptedRead(in);
      Files.move(file, directory().resolve("b"));
      Files.writeString(file, "other");
      assertThatThrownBy(() -> in.read(0, new byte[5], 0, 5))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("another file has taken its place");
      Files.delete(file);
      assertThatThrownBy(in::length)
          .isInstanceOf(StateIoException.class)
          .hasCauseInstanceOf(NoSuchFileException.class);
      Files.move(directory().resolve("b"), file);
      assertThat(in.length()).isEqualTo(5);
      interruptedRead(in);
      in.close();
      assertThatThrownBy(in::length).isInstanceOf(StateClosedException.class);
    }
  }

  private static void interruptedRead(StorageInput in) {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> in.read(0, new byte[5], 0, 5)).isInstanceOf(StateIoException.class);
    assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
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

  @Test
  void newFilesAndDirectories_areTheirOwnersOnly(@TempDir Path top) throws IOException {
    assumeTrue(Files.getFileStore(top).supportsFileAttributeView("posix"));
    Path checkpoints = top.resolve("state/of/job");
    try (FileCheckpointStorage owned = FileCheckpointStorage.open(checkpoints)) {
      try (StorageOutput out = owned.create("chk-1/a")) {
        assertThat(permissions(checkpoints.resolve("chk-1/a.uncommitted~"))).isEqualTo("rw-------");
        out.commit();
      }
      owned.publish("chk-1/_metadata", new byte[1]);
    }
    for (String file : List.of("chk-1/a", "chk-1/_metadata")) {
      assertThat(permissions(checkpoints.resolve(file))).as(file).isEqualTo("rw-------");
    }
    for (Path made : List.of(top.resolve("state"), checkpoints, checkpoints.resolve("chk-1"))) {
      assertThat(permissions(made)).as("%s", made).isEqualTo("rwx------");
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
