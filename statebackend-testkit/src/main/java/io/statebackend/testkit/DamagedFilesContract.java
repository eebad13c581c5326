// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.testkit.fault.FaultFileSystem;
import io.statebackend.testkit.fault.Unsynced;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;

/** Two checkpoints of a program on a file system in memory, of which copies are damaged. */
abstract class DamagedFilesContract extends FaultyDiskContract {
  static final long DAMAGED_ID = 3;
  static final String DAMAGED_DIRECTORY = "chk-3";
  static final String METADATA = DAMAGED_DIRECTORY + "/_metadata";
  static final String SHARED_DIRECTORY = "shared";
  private static final Logger LOGGER = System.getLogger(DamagedFilesContract.class.getName());

  private final FaultySetup setup = new FaultySetup(this::newBackend, this::openStorage);

  private FaultFileSystem disk;
  private History history;

  /** The bytes of all files before the damage. */
  private final NavigableMap<String, byte[]> contents = new TreeMap<>();

  /** What became of a damaged checkpoint. */
  enum Outcome {
    REFUSED,
    HARMLESS
  }

  /**
   * Returns about how many damages of each kind are tried in every build at most; by default 2,000.
   * A backend that takes long to open tries fewer.
   *
   * @return a number, 1 or more
   */
  protected int casesInBuild() {
    return 2_000;
  }

  /**
   * Returns likewise how many are tried by the tests that are tagged {@code slow}; by default all.
   *
   * @return a number, 1 or more
   */
  protected int casesInSoak() {
    return Integer.MAX_VALUE;
  }

  @BeforeEach
  final void takeCheckpoints() {
    takeCheckpoints(1);
  }

  /** Takes three checkpoints instead, of which the last two are kept. */
  final void takeCheckpoints(int changesEach) {
    disk = FaultFileSystem.create();
    history = new History();
    try (FaultySession session = FaultySession.start(setup, root(disk), 2)) {
      for (int id = 1; id <= DAMAGED_ID; id++) {
        for (int i = 0; i < changesEach; i++) {
          session.change((long) id * changesEach + i);
        }
        assertThat(session.checkpoint(history)).as("checkpoint %d is complete", id).isTrue();
      }
    }
    readContents();
  }

  private static Path root(FaultFileSystem files) {
    return files.getPath("/job");
  }

  static Path checkpoints(FaultFileSystem files) {
    return root(files).resolve("checkpoints");
  }

  /** Reads all files of both checkpoints, by their paths beneath the directory of checkpoints. */
  private void readContents() {
    Path checkpoints = checkpoints(disk);
    contents.clear();
    try (Stream<Path> found = Files.walk(checkpoints)) {
      for (Path file : found.filter(Files::isRegularFile).toList()) {
        contents.put(checkpoints.relativize(file).toString(), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns how the files of both checkpoints are called. */
  final Set<String> files() {
    return contents.keySet();
  }

  /** Returns what was in a file before the damage. */
  final byte[] bytesOf(String file) {
    return requireNonNull(contents.get(file)).clone();
  }

  /** Returns all files, to damage them. */
  final FaultFileSystem copy() {
    return disk.crash(Unsynced.kept());
  }

  /** Returns all files, of which one has other bytes. */
  final FaultFileSystem copyWith(String file, byte[] bytes) throws IOException {
    FaultFileSystem copy = copy();
    Files.write(checkpoints(copy).resolve(file), bytes);
    return copy;
  }

  /** Starts a program that restores the damaged checkpoint. */
  final FaultySession restore(FaultFileSystem damaged, int parallelism) {
    return new FaultySession(
        setup, root(damaged), parallelism, (builder, storage) -> builder.restoreFrom(DAMAGED_ID));
  }

  /** Starts a program that restores whatever is intact. */
  final FaultySession restoreLatest(FaultFileSystem damaged) {
    return FaultySession.start(setup, root(damaged), 1);
  }

  final History history() {
    return history;
  }

  static void report(String what, long count) {
    LOGGER.log(Level.INFO, "{0}: refused={1}", what, count);
  }

  /** Overwrites, fills with zeros, or moves some of the bytes. */
  static byte[] overwritten(byte[] bytes, Random random) {
    int from = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - from));
    byte[] changed = bytes.clone();
    switch (random.nextInt(3)) {
      case 0 -> {
        byte[] noise = new byte[length];
        random.nextBytes(noise);
        System.arraycopy(noise, 0, changed, from, length);
      }
      case 1 -> Arrays.fill(changed, from, from + length, (byte) random.nextInt(2));
      default -> System.arraycopy(bytes, 0, changed, from, length);
    }
    return changed;
  }
}
