// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WorkDirectoryTest {
  @TempDir private Path temporary;

  @Test
  void open_createsAndLocks_untilClosed() {
    Path path = temporary.resolve("a/b");
    try (WorkDirectory first = WorkDirectory.open(path)) {
      assertThat(first.createStore()).isEmptyDirectory();
      assertThatThrownBy(() -> WorkDirectory.open(path))
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining("directory=")
          .hasMessageContaining("use another directory");
    }
    WorkDirectory.open(path).close();
  }

  @Test
  void open_deletesWhatIsLeftOfStores_andNothingElse() throws IOException {
    WorkDirectory.open(temporary).close();
    Path elsewhere = Files.createDirectory(temporary.resolve("elsewhere"));
    Path behindLink = Files.writeString(elsewhere.resolve("a"), "not ours");
    Files.createDirectories(temporary.resolve("store-7/db/deeper"));
    Files.writeString(temporary.resolve("store-7/db/deeper/file"), "left");
    Files.writeString(temporary.resolve("store-7/file"), "left");
    List<Path> foreign =
        List.of(
            behindLink,
            Files.writeString(temporary.resolve("notes.txt"), "not ours"),
            Files.createSymbolicLink(temporary.resolve("store-8"), elsewhere),
            Files.writeString(temporary.resolve("store-0"), "a file"),
            Files.createDirectory(temporary.resolve("store-")),
            Files.createDirectory(temporary.resolve("store-front")),
            Files.createDirectory(temporary.resolve("store-1-backup")),
            Files.createDirectory(temporary.resolve("my-store-1")));

    try (WorkDirectory directory = WorkDirectory.open(temporary)) {
      assertThat(temporary.resolve("store-7")).doesNotExist();
      assertThat(foreign).allSatisfy(path -> assertThat(path).exists());
      assertThat(directory.createStore()).isNotEqualTo(directory.createStore());
    }
  }

  @Test
  void open_notEmptyAndNeverOurs_isRefused() throws IOException {
    Path precious = Files.createDirectories(temporary.resolve("store-1"));
    for (int round = 0; round < 2; round++) {
      assertThatThrownBy(() -> WorkDirectory.open(temporary))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("directory=" + temporary.toRealPath())
          .hasMessageContaining("store-1")
          .hasMessageContaining("name one that is empty");
    }
    assertThat(precious).exists();
    Files.delete(precious);
    WorkDirectory.open(temporary).close();
  }

  @Test
  void open_onlyTheLockFileOfAnOpeningThatDied() throws IOException {
    Files.createFile(temporary.resolve("_lock"));
    WorkDirectory.open(temporary).close();
    WorkDirectory.open(temporary).close();
  }

  @Test
  void open_linksInPlaceOfOurFiles() throws IOException {
    Path target = temporary.resolve("target");
    for (String name : List.of("_lock", "_statebackend")) {
      Path directory = Files.createDirectory(temporary.resolve("with" + name));
      Files.createSymbolicLink(directory.resolve(name), target);
      assertThatThrownBy(() -> WorkDirectory.open(directory))
          .as(name)
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining(directory.getFileName().toString());
      assertThat(target).doesNotExist();
    }
  }

  @Test
  void open_isAFile() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "not a directory");

    assertThatThrownBy(() -> WorkDirectory.open(file))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("file");
  }

  @Test
  void create_isThereAlready() {
    Path path = WorkDirectory.create(temporary.resolve("new"));

    assertThatThrownBy(() -> WorkDirectory.create(path))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("new");
  }

  @Test
  void delete_followsNoLink() throws IOException {
    Path kept =
        Files.writeString(Files.createDirectory(temporary.resolve("kept")).resolve("a"), "");
    Path tree = WorkDirectory.create(temporary.resolve("tree"));
    Files.createSymbolicLink(tree.resolve("link"), kept.getParent());

    WorkDirectory.delete(tree);

    assertThat(tree).doesNotExist();
    assertThat(kept).exists();
  }

  @Test
  void delete_isGoneAlready() {
    WorkDirectory.delete(temporary.resolve("never was"));
  }
}
