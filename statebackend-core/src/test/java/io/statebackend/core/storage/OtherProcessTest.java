// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.spi.WorkDirectory;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageOutput;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writers in two processes: the second one fails, and gets its turn when the first one dies. */
@Timeout(120)
final class OtherProcessTest {
  private static final String HELD = "held";
  private static final int RACE_COUNT = 100;

  @TempDir private Path directory;

  /** The other process: holds a directory until it is killed, or says why it cannot. */
  static final class Writer {
    public static void main(String[] arguments) throws IOException {
      try (CheckpointStorage storage = FileCheckpointStorage.open(Path.of(arguments[0]))) {
        storage.publish("of-the-other-process", new byte[1]);
        System.out.println(HELD);
        int unused = System.in.read();
      } catch (StateLockedException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private Process startWriter() throws IOException {
    return startWriter(directory);
  }

  private static Process startWriter(Path directory) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            directory.toString())
        .redirectErrorStream(true)
        .start();
  }

  @Test
  void open_otherProcessHoldsIt_untilItIsKilled() throws IOException, InterruptedException {
    Process writer = startWriter();
    try {
      assertThat(writer.inputReader(UTF_8).readLine()).isEqualTo(HELD);

      assertThatThrownBy(() -> FileCheckpointStorage.open(directory))
          .isInstanceOf(StateLockedException.class)
          .hasMessageContaining("in use by another writer")
          .hasMessageContaining(directory.getFileName().toString());
    } finally {
      writer.destroyForcibly().waitFor();
    }
    try (CheckpointStorage storage = FileCheckpointStorage.open(directory)) {
      assertThat(storage.list("")).containsExactly("of-the-other-process");
    }
  }

  @Test
  void publish_directoryWasDeleted_andTheOtherProcessCameIn()
      throws IOException, InterruptedException {
    Path place = directory.resolve("place");
    CheckpointStorage first = FileCheckpointStorage.open(place);
    first.publish("chk-1/_metadata", new byte[1]);
    StorageOutput begun = first.create("chk-2/a");
    WorkDirectory.delete(place);
    Process writer = startWriter(place);
    try {
      assertThat(writer.inputReader(UTF_8).readLine()).isEqualTo(HELD);

      assertThatThrownBy(begun::commit).isInstanceOf(StateIoException.class);
      for (ThrowingCallable call :
          List.<ThrowingCallable>of(
              () -> first.publish("chk-2/_metadata", new byte[1]),
              () -> first.create("chk-2/a"),
              () -> first.delete("of-the-other-process"))) {
        assertThatThrownBy(call)
            .isInstanceOf(StateLockedException.class)
            .hasMessageContaining("directory=" + place.toRealPath())
            .hasMessageContaining("open it again");
      }
      assertThat(first.list("")).containsExactly("of-the-other-process");
      first.close();
      assertThatThrownBy(() -> FileCheckpointStorage.open(place))
          .isInstanceOf(StateLockedException.class);
    } finally {
      writer.destroyForcibly().waitFor();
    }
    try (CheckpointStorage again = FileCheckpointStorage.open(place)) {
      again.publish("chk-1/_metadata", new byte[1]);
    }
  }

  @Test
  void open_thisProcessHoldsIt_otherOneFails() throws IOException, InterruptedException {
    try (CheckpointStorage held = FileCheckpointStorage.open(directory)) {
      Process writer = startWriter();
      String output = new String(writer.getInputStream().readAllBytes(), UTF_8);
      assertThat(writer.waitFor()).isZero();

      assertThat(output).contains("in use by another writer").contains("close that one");
      assertThat(held.list("")).as("what the other one did").isEmpty();
    }
  }

  /** A process that wants a directory at a given moment, again and again. */
  static final class Racer {
    public static void main(String[] arguments) throws IOException {
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      System.out.println("ready");
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        int space = line.indexOf(' ');
        long start = Long.parseLong(line.substring(space + 1));
        while (System.currentTimeMillis() < start) {
          Thread.onSpinWait();
        }
        Path place = Path.of(arguments[0], line.substring(0, space));
        try (CheckpointStorage storage = FileCheckpointStorage.open(place)) {
          storage.list("");
          System.out.println("won");
          String unused = in.readLine();
        } catch (StateLockedException e) {
          System.out.println("lost");
          String unused = in.readLine();
        }
        System.out.println("over");
      }
    }
  }

  private Process startRacer() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Racer.class.getName(),
            directory.toString())
        .redirectErrorStream(true)
        .start();
  }

  private static void send(List<Process> racers, String line) throws IOException {
    for (Process racer : racers) {
      racer.outputWriter(UTF_8).write(line + "\n");
      racer.outputWriter(UTF_8).flush();
    }
  }

  private static List<String> answers(List<Process> racers) throws IOException {
    List<String> answers = new ArrayList<>();
    for (Process racer : racers) {
      answers.add(racer.inputReader(UTF_8).readLine());
    }
    return answers;
  }

  /** Directories that are not there, so that each makes what it needs; then ones that are. */
  @Test
  void open_twoProcessesAtOnce_oneWins() throws IOException, InterruptedException {
    List<Process> racers = new ArrayList<>();
    try {
      racers.add(startRacer());
      racers.add(startRacer());
      assertThat(answers(racers)).containsExactly("ready", "ready");
      for (int round = 0; round < RACE_COUNT; round++) {
        send(racers, "place-" + round % (RACE_COUNT / 2) + " " + (System.currentTimeMillis() + 3));
        assertThat(answers(racers)).as("round %d", round).containsExactlyInAnyOrder("won", "lost");
        send(racers, "end");
        assertThat(answers(racers)).containsExactly("over", "over");
      }
    } finally {
      for (Process racer : racers) {
        racer.destroyForcibly().waitFor();
      }
    }
  }
}
