// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    Files.createDirectories(temporary.resolve("store-7/db/deeper"));
    Files.writeString(temporary.resolve("store-7/db/deeper/file"), "left");
    Files.writeString(temporary.resolve("store-7/file"), "left");
    Path foreign = Files.writeString(temporary.resolve("notes.txt"), "not ours");

    try (WorkDirectory directory = WorkDirectory.open(temporary)) {
      assertThat(temporary.resolve("store-7")).doesNotExist();
      assertThat(foreign).exists();
      assertThat(directory.createStore()).isNotEqualTo(directory.createStore());
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
