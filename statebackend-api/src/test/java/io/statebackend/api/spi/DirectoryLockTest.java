// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateLockedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectoryLockTest {
  @TempDir private Path directory;

  private DirectoryLock acquire() throws IOException {
    return DirectoryLock.acquire(directory, "in use", "close that one");
  }

  @Test
  void check_nothingHappened() throws IOException {
    try (DirectoryLock lock = acquire()) {
      lock.check();
    }
  }

  @Test
  void check_lockFileIsGone() throws IOException {
    try (DirectoryLock lock = acquire()) {
      Files.delete(directory.resolve("_lock"));
      assertThatThrownBy(lock::check)
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining("is gone")
          .hasMessageContaining("directory=" + directory)
          .hasMessageContaining("open it again");
    }
    acquire().close();
  }

  @Test
  void check_lockFileWasReplaced() throws IOException {
    try (DirectoryLock lock = acquire()) {
      Files.delete(directory.resolve("_lock"));
      Files.createFile(directory.resolve("_lock"));
      assertThatThrownBy(lock::check)
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining("was replaced");
    }
  }

  @Test
  void check_lockFileWasReplacedByALinkToItself() throws IOException {
    try (DirectoryLock lock = acquire()) {
      Path moved = Files.move(directory.resolve("_lock"), directory.resolve("moved"));
      Files.createSymbolicLink(directory.resolve("_lock"), moved);
      assertThatThrownBy(lock::check).isInstanceOf(StateLockedException.class);
    }
  }

  @Test
  void check_interruptedThread() throws IOException {
    try (DirectoryLock lock = acquire()) {
      Thread.currentThread().interrupt();
      lock.check();
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
      assertThatThrownBy(this::acquire).isInstanceOf(StateLockedException.class);
    }
  }
}
