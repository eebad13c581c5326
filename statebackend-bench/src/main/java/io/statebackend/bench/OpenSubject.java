// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** A subject with the temporary directory that it may use; both are gone after closing. */
final class OpenSubject implements AutoCloseable {
  /** A third of the largest heap that the runner gives, in which all measured states fit. */
  private static final long MEMORY_BYTES = 2L << 30;

  private final Path directory;
  private final Subject subject;
  private boolean subjectIsClosed;

  private OpenSubject(Path directory, Subject subject) {
    this.directory = directory;
    this.subject = subject;
  }

  static OpenSubject of(Backend backend, int keyCount) {
    return of(backend, keyCount, MEMORY_BYTES);
  }

  static OpenSubject of(Backend backend, int keyCount, long memoryBytes) {
    return of(backend::open, keyCount, memoryBytes);
  }

  static OpenSubject of(Function<Place, Subject> opener, int keyCount, long memoryBytes) {
    try {
      Path directory = Files.createTempDirectory("statebackend-bench-");
      return new OpenSubject(directory, opener.apply(new Place(directory, keyCount, memoryBytes)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Subject subject() {
    return subject;
  }

  /**
   * Returns the subject as one that has all kinds of state.
   *
   * @throws IllegalStateException if it has not
   */
  StatesSubject states() {
    if (subject instanceof StatesSubject states) {
      return states;
    }
    throw new IllegalStateException(
        "this backend has value state only: " + subject.getClass().getSimpleName());
  }

  /**
   * Returns the subject as one that has checkpoints.
   *
   * @throws IllegalStateException if it has not
   */
  DurableSubject durable() {
    if (subject instanceof DurableSubject durable) {
      return durable;
    }
    throw new IllegalStateException(
        "this backend has no checkpoints: " + subject.getClass().getSimpleName());
  }

  /**
   * Returns the subject as one that has timers.
   *
   * @throws IllegalStateException if it has not
   */
  TimedSubject timed() {
    if (subject instanceof TimedSubject timed) {
      return timed;
    }
    throw new IllegalStateException(
        "this backend has no timers: " + subject.getClass().getSimpleName());
  }

  /** Returns the directory with all files. */
  Path directory() {
    return directory;
  }

  /** Returns a directory that is empty at first. */
  Path checkpoints() {
    return directory.resolve("checkpoints");
  }

  /** Closes the subject; the files stay until this is closed. */
  void closeSubject() {
    if (!subjectIsClosed) {
      subjectIsClosed = true;
      subject.close();
    }
  }

  @Override
  public void close() {
    closeSubject();
    try (Stream<Path> found = Files.walk(directory)) {
      List<Path> files = found.sorted(Comparator.reverseOrder()).toList();
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
