// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A working directory that somebody else uses, or that takes no more bytes. */
@Timeout(120)
final class WorkingDirectoryTest {
  private static final String READY = "ready";
  private static final String REFUSED = "refused";
  private static final String FULL = "full";
  private static final ValueStateDescriptor<String> STATE =
      ValueStateDescriptor.of("state", Serializers.STRING);
  private static final long KEYS = 1_000;
  private static final long REMOVED_KEY = KEYS + 5;

  @TempDir private Path directory;

  private static Process start(Class<?> program, Object... arguments) throws IOException {
    return new ProcessBuilder(command(program, arguments)).redirectErrorStream(true).start();
  }

  private static List<String> command(Class<?> program, Object... arguments) {
    return OtherJvm.command(program, List.of("-Xmx128m"), arguments);
  }

  /** Reads the lines of another process up to one that begins with something. */
  private static String await(BufferedReader lines, String beginning) throws IOException {
    StringBuilder before = new StringBuilder();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.startsWith(beginning)) {
        return line;
      }
      before.append(line).append('\n');
    }
    throw new AssertionError("the other process ended early: " + before);
  }

  /** Holds the directory until it is killed. */
  static final class Holder {
    public static void main(String[] arguments) throws IOException {
      try (RocksDbStateBackend backend =
          RocksDbStateBackend.builder(Path.of(arguments[0])).open()) {
        System.out.println(READY + " " + backend.name());
        int unused = System.in.read();
      }
    }
  }

  @Test
  void open_otherProcessHoldsIt_untilItIsKilled() throws IOException, InterruptedException {
    Process holder = start(Holder.class, directory);
    try {
      await(holder.inputReader(UTF_8), READY);

      assertThatThrownBy(() -> RocksDbStateBackend.builder(directory).open())
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining(directory.getFileName().toString());
    } finally {
      holder.destroyForcibly().waitFor();
    }
    RocksDbStateBackend.builder(directory).open().close();
  }

  @Test
  void open_sameDirectoryAsAStorage() {
    FileCheckpointStorage storage = FileCheckpointStorage.open(directory);
    try (storage) {
      assertThatThrownBy(() -> RocksDbStateBackend.builder(directory).open())
          .isInstanceOf(StateLockedException.class);
    }
    RocksDbStateBackend.builder(directory).open().close();
  }

  @Test
  void open_isAFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "not a directory");

    assertThatThrownBy(() -> RocksDbStateBackend.builder(file).open())
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("file");
  }

  /** Characters that take two of Java's: the JVM hands them to native code in a form of its own. */
  @Test
  void open_nameBeyondTheBasicPlane() throws IOException {
    Path work;
    try {
      work = directory.resolve("state \ud83d\ude00");
    } catch (InvalidPathException e) {
      assumeTrue(false, "the JVM cannot name such a directory here: " + e.getMessage());
      return;
    }
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory.resolve("storage"));
        RocksDbStateBackend backend = RocksDbStateBackend.builder(work).open();
        CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = checkpoints.subtask("operator").open()) {
      var keyed = subtask.keyed(backend, Serializers.LONG);
      Filler.writeAll(keyed, keyed.value(STATE), "first ");
      var checkpoint = checkpoints.trigger();
      subtask.snapshotIfPending();
      checkpoint.join();
      try (Stream<Path> files = Files.walk(work)) {
        assertThat(files).as("files of the database").anyMatch(file -> file.endsWith("CURRENT"));
      }
    }
    assertHoldsCheckpoint(directory.resolve("storage"), "first ");
  }

  /** Takes a checkpoint, and writes on when it is told to, until that is refused. */
  static final class Writer {
    public static void main(String[] arguments) throws IOException {
      try (FileCheckpointStorage storage = FileCheckpointStorage.open(Path.of(arguments[1]));
          RocksDbStateBackend backend =
              RocksDbStateBackend.builder(Path.of(arguments[0])).memoryBudgetBytes(8 << 20).open();
          CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
          Subtask subtask = checkpoints.subtask("operator").open()) {
        var keyed = subtask.keyed(backend, Serializers.LONG);
        ValueState<String> state = keyed.value(STATE);
        for (long key = 0; key < KEYS; key++) {
          keyed.setCurrentKey(key);
          state.update("first " + key);
        }
        var checkpoint = checkpoints.trigger();
        subtask.snapshotIfPending();
        checkpoint.join();
        System.out.println(READY);
        int unused = System.in.read();
        String text = "x".repeat(400);
        for (long key = 0; key < 500_000; key++) {
          keyed.setCurrentKey(key);
          try {
            state.update(text + key);
          } catch (StateException e) {
            System.out.println(REFUSED + " " + e);
            return;
          }
        }
      }
    }
  }

  /**
   * A limit on the size of files, set when everything is loaded, stands for a full disk: what
   * RocksDB writes is refused by the operating system.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void write_refusedByTheSystem_checkpointStays() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "needs prlimit");
    Path checkpoints = directory.resolve("checkpoints");
    Process writer = start(Writer.class, directory.resolve("work"), checkpoints);
    try {
      BufferedReader lines = writer.inputReader(UTF_8);
      await(lines, READY);
      Process limit =
          new ProcessBuilder("/usr/bin/prlimit", "--pid", "" + writer.pid(), "--fsize=65536")
              .inheritIO()
              .start();
      assertThat(limit.waitFor()).as("exit status of prlimit").isZero();
      writer.getOutputStream().write('\n');
      writer.getOutputStream().flush();

      assertThat(await(lines, REFUSED)).contains("StateIoException").contains("store=operator-0");
      assertThat(writer.waitFor()).as("exit status").isZero();
    } finally {
      writer.destroyForcibly().waitFor();
    }
    assertHoldsCheckpoint(checkpoints, "first ");
  }

  /** Fills the disk of the working directory, writes until that is refused, and makes room. */
  static final class Filler {
    public static void main(String[] arguments) throws IOException {
      Path work = Path.of(arguments[0]);
      Path ballast = work.resolveSibling("ballast");
      try (FileCheckpointStorage storage = FileCheckpointStorage.open(Path.of(arguments[1]));
          RocksDbStateBackend backend =
              RocksDbStateBackend.builder(work).memoryBudgetBytes(8 << 20).open();
          CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
          Subtask subtask = checkpoints.subtask("operator").open()) {
        var keyed = subtask.keyed(backend, Serializers.LONG);
        ValueState<String> state = keyed.value(STATE);
        writeAll(keyed, state, "first ");
        var first = checkpoints.trigger();
        subtask.snapshotIfPending();
        first.join();
        fill(ballast);
        StateException refused = writeUntilRefused(keyed, state);
        System.out.println(REFUSED + " " + refused);
        Files.delete(ballast);
        while (refused != null) {
          // RocksDB looks every few seconds whether there is room again.
          LockSupport.parkNanos(10_000_000);
          refused = writeOnce(keyed, state);
        }
        writeAll(keyed, state, "second ");
        var second = checkpoints.trigger();
        subtask.snapshotIfPending();
        second.join();
        System.out.println(READY);
      }
    }

    private static void fill(Path ballast) throws IOException {
      byte[] piece = new byte[64 << 10];
      try (var out = Files.newOutputStream(ballast)) {
        while (true) {
          out.write(piece);
        }
      } catch (IOException e) {
        System.out.println(FULL + " " + e.getMessage());
      }
    }

    static void writeAll(KeyedStateBackend<Long> keyed, ValueState<String> state, String text) {
      for (long key = 0; key < KEYS; key++) {
        keyed.setCurrentKey(key);
        state.update(text + key);
      }
    }

    static StateException writeUntilRefused(
        KeyedStateBackend<Long> keyed, ValueState<String> state) {
      for (int round = 0; round < 1_000; round++) {
        StateException refused = writeOnce(keyed, state);
        if (refused != null) {
          return refused;
        }
      }
      throw new IllegalStateException("a full disk took everything");
    }

    /** Writes more than the cache holds; returns why that was refused, or null. */
    static @Nullable StateException writeOnce(
        KeyedStateBackend<Long> keyed, ValueState<String> state) {
      try {
        writeAll(keyed, state, "x".repeat(5_000));
        return null;
      } catch (StateException e) {
        return e;
      }
    }
  }

  /**
   * A disk that is full, in earnest: a small one in memory, which anybody may mount where the
   * system lets users have name spaces of their own.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void write_diskIsFull_goesOnWhenThereIsRoom() throws IOException, InterruptedException {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    Path checkpoints = directory.resolve("checkpoints");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/unshare")), "needs unshare");
    assumeTrue(
        onOwnDisk(disk, List.of("true")).start().waitFor() == 0,
        "the system lets nobody mount a disk of their own");
    Process filler =
        onOwnDisk(disk, command(Filler.class, disk.resolve("work"), checkpoints)).start();
    try {
      BufferedReader lines = filler.inputReader(UTF_8);
      await(lines, FULL);
      assertThat(await(lines, REFUSED))
          .contains("StateIoException")
          .contains("store=operator-0")
          .contains("the disk of the working directory is full");
      await(lines, READY);
      assertThat(filler.waitFor()).as("exit status").isZero();
    } finally {
      filler.destroyForcibly().waitFor();
    }
    assertHoldsCheckpoint(checkpoints, "second ");
  }

  /** Writes until no more files can be opened, and goes on when they can. */
  static final class FileOpener {
    public static void main(String[] arguments) throws IOException {
      List<InputStream> hogs = new ArrayList<>();
      try (FileCheckpointStorage storage = FileCheckpointStorage.open(Path.of(arguments[1]));
          RocksDbStateBackend backend =
              RocksDbStateBackend.builder(Path.of(arguments[0])).memoryBudgetBytes(8 << 20).open();
          CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
          Subtask subtask = checkpoints.subtask("operator").open()) {
        var keyed = subtask.keyed(backend, Serializers.LONG);
        ValueState<String> state = keyed.value(STATE);
        Filler.writeAll(keyed, state, "first ");
        keyed.setCurrentKey(REMOVED_KEY);
        state.update("to be removed");
        loadClasses();
        var first = checkpoints.trigger();
        subtask.snapshotIfPending();
        first.join();
        keyed.setCurrentKey(REMOVED_KEY);
        state.clear();
        try {
          while (true) {
            hogs.add(Files.newInputStream(Path.of("/dev/null")));
          }
        } catch (IOException e) {
          System.out.println(FULL + " " + e.getMessage());
        }
        StateException refused = Filler.writeUntilRefused(keyed, state);
        System.out.println(REFUSED + " " + refused);
        for (InputStream hog : hogs) {
          hog.close();
        }
        while (refused != null) {
          LockSupport.parkNanos(10_000_000);
          refused = Filler.writeOnce(keyed, state);
        }
        // The removal was in memory only when the files could not be opened.
        assertGone(keyed, state, REMOVED_KEY);
        Filler.writeAll(keyed, state, "second ");
        var second = checkpoints.trigger();
        subtask.snapshotIfPending();
        second.join();
        System.out.println(READY);
      }
    }

    /** Loads what may be used when no file can be opened any more. */
    private static void loadClasses() {
      for (Class<?> inEach : List.of(RocksDbStateBackend.class, StateException.class)) {
        try {
          Path root = Path.of(inEach.getProtectionDomain().getCodeSource().getLocation().toURI());
          if (Files.isDirectory(root)) {
            try (Stream<Path> files = Files.walk(root)) {
              for (Path file : files.filter(each -> each.toString().endsWith(".class")).toList()) {
                String name = root.relativize(file).toString().replace(".class", "");
                if (!name.endsWith("-info")) {
                  Class.forName(name.replace('/', '.'));
                }
              }
            }
          }
        } catch (IOException | URISyntaxException | ClassNotFoundException e) {
          throw new IllegalStateException("cannot load the classes beside " + inEach, e);
        }
      }
    }

    private static void assertGone(
        KeyedStateBackend<Long> keyed, ValueState<String> state, long key) {
      keyed.setCurrentKey(key);
      if (state.value() != null) {
        throw new IllegalStateException("a value that was never written, or removed: " + key);
      }
    }
  }

  /** Too many open files stop RocksDB for good, though they may be closed again soon. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void write_tooManyOpenFiles_goesOnWhenTheyAreClosed() throws IOException, InterruptedException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/prlimit")), "needs prlimit");
    Path checkpoints = directory.resolve("checkpoints");
    List<String> all = new ArrayList<>(List.of("/usr/bin/prlimit", "--nofile=400:400"));
    all.addAll(command(FileOpener.class, directory.resolve("work"), checkpoints));
    Process opener = new ProcessBuilder(all).redirectErrorStream(true).start();
    try {
      BufferedReader lines = opener.inputReader(UTF_8);
      await(lines, FULL);
      assertThat(await(lines, REFUSED)).contains("StateIoException").contains("store=operator-0");
      await(lines, READY);
      assertThat(opener.waitFor()).as("exit status").isZero();
    } finally {
      opener.destroyForcibly().waitFor();
    }
    assertHoldsCheckpoint(checkpoints, "second ");
  }

  /** No file can be made where the directory was: RocksDB stops, and is opened anew later. */
  @Test
  void write_directoryIsAway_goesOnWhenItIsBack() throws IOException {
    Path work = directory.resolve("work");
    Path away = directory.resolve("away");
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory.resolve("storage"));
        RocksDbStateBackend backend =
            RocksDbStateBackend.builder(work).memoryBudgetBytes(8 << 20).open();
        CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = checkpoints.subtask("operator").open()) {
      var keyed = subtask.keyed(backend, Serializers.LONG);
      ValueState<String> state = keyed.value(STATE);
      Filler.writeAll(keyed, state, "first ");
      Files.move(work, away);
      StateException refused = Filler.writeUntilRefused(keyed, state);
      assertThat(refused).isInstanceOf(StateIoException.class).hasMessageContaining("operator-0");
      Files.move(away, work);
      while (refused != null) {
        LockSupport.parkNanos(10_000_000);
        refused = Filler.writeOnce(keyed, state);
      }
      Filler.writeAll(keyed, state, "second ");
      var checkpoint = checkpoints.trigger();
      subtask.snapshotIfPending();
      checkpoint.join();
    }
    assertHoldsCheckpoint(directory.resolve("storage"), "second ");
  }

  /** Prepares a process that sees a disk of its own at a directory. */
  private static ProcessBuilder onOwnDisk(Path mountPoint, List<String> command) {
    List<String> all = new ArrayList<>();
    all.addAll(List.of("/usr/bin/unshare", "--user", "--map-root-user", "--mount", "sh", "-c"));
    all.add("mount -t tmpfs -o size=32m tmpfs \"$0\" && exec \"$@\"");
    all.add(mountPoint.toString());
    all.addAll(command);
    return new ProcessBuilder(all).redirectErrorStream(true);
  }

  private void assertHoldsCheckpoint(Path checkpointDirectory, String text) {
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(checkpointDirectory);
        RocksDbStateBackend backend =
            RocksDbStateBackend.builder(directory.resolve("restored")).open();
        CheckpointCoordinator checkpoints = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = checkpoints.subtask("operator").open()) {
      var keyed = subtask.keyed(backend, Serializers.LONG);
      ValueState<String> state = keyed.value(STATE);
      for (long key = 0; key < KEYS; key++) {
        keyed.setCurrentKey(key);
        assertThat(state.value()).isEqualTo(text + key);
      }
    }
  }
}
