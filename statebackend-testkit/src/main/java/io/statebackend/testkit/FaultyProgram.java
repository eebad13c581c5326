// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.StateException;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.testkit.fault.FaultFileSystem;
import io.statebackend.testkit.fault.Unsynced;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A program on a disk that fails, the same in every run: it takes checkpoints and a savepoint, is
 * started again with another parallelism, and takes more. When the disk fails it, it goes on if it
 * can, and else is started again.
 */
final class FaultyProgram {
  private static final String SAVEPOINT = "before-rescale-";
  private static final int FIRST_PARALLELISM = 2;
  private static final int SECOND_PARALLELISM = 3;
  private static final int ROUNDS_PER_SESSION = 3;
  private static final int ATTEMPTS_MAX = 3;

  private final FaultySetup setup;
  private final FaultFileSystem files;
  private final History history = new History();
  private long round;

  FaultyProgram(FaultySetup setup, FaultFileSystem files) {
    this.setup = setup;
    this.files = files;
  }

  private static Path root(FaultFileSystem files) {
    return files.getPath("/job");
  }

  /** Returns where the backend has its working files. */
  static Path backendDirectory(FaultFileSystem files) {
    return FaultySession.backendDirectory(root(files));
  }

  /**
   * Runs until the end, or until the machine crashes.
   *
   * @return whether nothing failed
   */
  boolean run() {
    boolean wentWell = runSession(FIRST_PARALLELISM, true);
    return runSession(SECOND_PARALLELISM, false) && wentWell;
  }

  private boolean runSession(int parallelism, boolean withSavepoint) {
    boolean wentWell = true;
    for (int attempt = 0; attempt < ATTEMPTS_MAX && !files.isCrashed(); attempt++) {
      try (FaultySession session = FaultySession.start(setup, root(files), parallelism)) {
        history.checkRestored(session.restoredId(), session.state());
        for (int i = 0; i < ROUNDS_PER_SESSION; i++) {
          session.change(++round);
          wentWell &= session.checkpoint(history);
          session.checkState();
        }
        if (withSavepoint) {
          wentWell &= session.savepoint(SAVEPOINT + attempt, history);
        }
        return wentWell;
      } catch (StateException e) {
        wentWell = false;
      }
    }
    return false;
  }

  /**
   * Takes a savepoint with some room on the disk. If it does not fit, nothing of it is left, and it
   * is taken again with more.
   *
   * @return whether it fitted
   */
  static boolean savepointFits(FaultySetup setup, long freeBytes) {
    FaultFileSystem files = FaultFileSystem.create();
    History history = new History();
    String name = SAVEPOINT + freeBytes;
    try (FaultySession session = FaultySession.start(setup, root(files), FIRST_PARALLELISM)) {
      session.change(1);
      assertThat(session.checkpoint(history)).as("a checkpoint on a disk with room").isTrue();
      files.setCapacityBytes(files.usedBytes() + freeBytes);
      boolean fits = session.savepoint(name, history);
      if (!fits) {
        assertThat(filesIn(root(files).resolve("checkpoints/savepoint-" + name)))
            .as("what is left of a savepoint when the disk was full, free=%d bytes", freeBytes)
            .isEmpty();
        session.checkState();
        files.setCapacityBytes(Long.MAX_VALUE);
        assertThat(session.savepoint(name, history))
            .as("the same savepoint with room again, free was %d bytes", freeBytes)
            .isTrue();
      }
      assertThat(session.coordinator().garbage()).as("what no checkpoint reaches").isEmpty();
      return fits;
    }
  }

  private static List<Path> filesIn(Path directory) {
    if (Files.notExists(directory)) {
      return List.of();
    }
    try (Stream<Path> found = Files.walk(directory)) {
      return found.filter(Files::isRegularFile).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts the program again, and checks what it finds. */
  void checkRestarted(FaultFileSystem left) {
    assertThat(files.openFiles()).as("files that the program did not close").isEmpty();
    try (FaultySession session = FaultySession.start(setup, root(left), SECOND_PARALLELISM)) {
      history.checkRestored(session.restoredId(), session.state());
      assertThat(session.coordinator().garbage())
          .as("what no checkpoint reaches, after the garbage was deleted")
          .isEmpty();
    }
    // A power loss right after: what was restored cannot be lost any more.
    FaultFileSystem leftAgain = left.crash(Unsynced.dropped());
    checkEveryCheckpoint(leftAgain);
    checkSavepoints(leftAgain);
  }

  private void checkEveryCheckpoint(FaultFileSystem left) {
    Set<Long> ids = new HashSet<>();
    try (FaultySession session = FaultySession.start(setup, root(left), FIRST_PARALLELISM)) {
      history.checkRestored(session.restoredId(), session.state());
      session.coordinator().completed().forEach(checkpoint -> ids.add(checkpoint.id()));
    }
    for (long id : ids) {
      try (FaultySession session =
          new FaultySession(
              setup,
              root(left),
              FIRST_PARALLELISM,
              (builder, storage) ->
                  FaultySession.inCallingThread(builder).restoreFrom(id).allowRewind())) {
        history.checkHolds(id, session.state());
      }
    }
  }

  private void checkSavepoints(FaultFileSystem left) {
    for (Map.Entry<String, Long> savepoint : history.savepoints().entrySet()) {
      String directory = "savepoint-" + savepoint.getKey();
      try (FaultySession session =
          new FaultySession(
              setup,
              root(left),
              FIRST_PARALLELISM,
              (builder, storage) ->
                  FaultySession.inCallingThread(builder)
                      .restoreFrom(storage, directory)
                      .allowRewind())) {
        history.checkHolds(savepoint.getValue(), session.state());
      }
    }
  }

  /** Starts the program again, and lets it take a checkpoint at once. */
  void checkGoesOn(FaultFileSystem left) {
    try (FaultySession session = FaultySession.start(setup, root(left), SECOND_PARALLELISM)) {
      history.checkRestored(session.restoredId(), session.state());
      session.change(++round);
      assertThat(session.checkpoint(history)).as("the first checkpoint after a crash").isTrue();
      List<CompletedCheckpoint> completed = session.coordinator().completed();
      assertThat(completed).as("the checkpoints that are retained").hasSizeLessThanOrEqualTo(2);
      assertThat(session.coordinator().garbage()).as("what no checkpoint reaches").isEmpty();
    }
    FaultFileSystem leftAgain = left.crash(Unsynced.dropped());
    try (FaultySession session = FaultySession.start(setup, root(leftAgain), FIRST_PARALLELISM)) {
      history.checkRestored(session.restoredId(), session.state());
    }
    assertThat(leftAgain.openFiles()).as("files that the program did not close").isEmpty();
  }
}
