// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.StateException;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others have put into the directory of checkpoints. */
@Timeout(60)
final class PlantedNamesTest {
  private static final ListStateDescriptor<Long> POSITIONS =
      ListStateDescriptor.of("positions", Serializers.LONG);

  @TempDir Path directory;
  @TempDir Path elsewhere;

  /** Restores, checks what was, and takes one checkpoint per value. */
  private void run(List<Long> restored, long... values) {
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory);
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask source = coordinator.subtask("source").open()) {
      assertThat(source.operatorState().splitList(POSITIONS).get()).isEqualTo(restored);
      for (long value : values) {
        source.operatorState().splitList(POSITIONS).update(List.of(value));
        CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
        assertThat(source.snapshotIfPending()).isTrue();
        assertThat(future.join().id()).isPositive();
      }
    }
  }

  private Path plant(String path) throws IOException {
    Path file = directory.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "planted");
  }

  @Test
  void numbersThatAreTooHigh_areLeftAlone() throws IOException {
    run(List.of(), 1);
    for (String name :
        List.of("9223372036854775807", "9999999999999999999", "4000000000000000001")) {
      plant("chk-" + name + "/_metadata");
    }
    run(List.of(1L), 2, 3);
    run(List.of(3L));
    assertThat(directory.resolve("chk-9223372036854775807/_metadata")).exists();
  }

  @Test
  void numberThatIsTooHigh_alone_isNoEmptyStart() throws IOException {
    plant("chk-9223372036854775807/_metadata");
    assertThatThrownBy(() -> run(List.of()))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("chk-9223372036854775807")
        .hasMessageContaining("startEmpty()");
  }

  @Test
  void numbersThatCannotHaveBeenReached_areLeftAlone() throws IOException {
    run(List.of(), 1);
    copy(directory.resolve("chk-1"), directory.resolve("chk-4000000000000000000"));
    List<Path> planted =
        List.of(
            plant("shared/source-0-3999999999999999999-1.native"),
            plant("chk-3999999999999999999/source-0.snapshot"),
            plant("chk-3999999999999999998/_metadata"),
            directory.resolve("chk-4000000000000000000/_metadata"));
    run(List.of(1L), 2, 3, 4);
    run(List.of(4L), 5);
    assertThat(directory.resolve("chk-5/_metadata")).exists();
    assertThat(planted).allSatisfy(file -> assertThat(file).exists());
  }

  @Test
  void numbersOfFailedCheckpoints_areNotUsedAgain() throws IOException {
    run(List.of(), 1);
    plant("chk-40/source-0.snapshot");
    plant("shared/source-0-50-1.native");
    run(List.of(1L), 2);
    assertThat(directory.resolve("chk-51/_metadata")).exists();
    assertThat(directory.resolve("chk-40")).doesNotExist();
  }

  private static void deleteAll(Path path) throws IOException {
    if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(path)) {
        for (Path file : files) {
          deleteAll(file);
        }
      }
    }
    Files.delete(path);
  }

  /** What becomes of a checkpoint that was complete. */
  private interface Loss {
    void of(Path checkpoint) throws IOException, InterruptedException;
  }

  private Stream<Loss> losses() {
    return Stream.of(
        checkpoint -> {
          deleteAll(checkpoint);
          Files.createSymbolicLink(checkpoint, elsewhere.resolve("not-mounted"));
        },
        checkpoint -> {
          deleteAll(checkpoint);
          Files.writeString(checkpoint, "a file");
        },
        checkpoint -> {
          deleteAll(checkpoint);
          makePipe(checkpoint);
        },
        checkpoint -> Files.move(checkpoint, checkpoint.resolveSibling("chk-001")),
        checkpoint -> Files.move(checkpoint, Path.of(checkpoint + ".bak")),
        checkpoint -> Files.move(checkpoint, checkpoint.resolveSibling("backup")),
        checkpoint -> Files.delete(checkpoint.resolve("_metadata")));
  }

  @Test
  void latestIsLost_isNoEmptyStart() throws IOException, InterruptedException {
    Path top = directory;
    int number = 0;
    for (Loss loss : losses().toList()) {
      directory = top.resolve("storage-" + ++number);
      run(List.of(), 1);
      loss.of(directory.resolve("chk-1"));
      for (int i = 0; i < 2; i++) {
        assertThatThrownBy(() -> run(List.of()))
            .as("loss %d", number)
            .isInstanceOf(CorruptStateException.class)
            .hasMessageContaining("startEmpty()");
      }
      assertThatThrownBy(this::openFromSavepoint)
          .as("loss %d", number)
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining("startEmpty()");
      startEmpty(2);
      run(List.of(2L), 3);
      run(List.of(3L));
    }
  }

  private void openFromSavepoint() {
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory)) {
      CheckpointCoordinator.builder(storage)
          .restoreLatestOrFrom(storage, "savepoint-x")
          .open()
          .close();
    }
  }

  private void startEmpty(long value) {
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory);
        CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).startEmpty().open();
        Subtask source = coordinator.subtask("source").open()) {
      source.operatorState().splitList(POSITIONS).update(List.of(value));
      CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
      assertThat(source.snapshotIfPending()).isTrue();
      assertThat(future.join().id()).isPositive();
    }
  }

  @Test
  void crashBeforeTheFirstCheckpointWasComplete_isAnEmptyStart() throws IOException {
    plant("chk-1/source-0.snapshot");
    plant("chk-2/source-0.snapshot.uncommitted~");
    plant("shared/source-0-3-1.native");
    plant("savepoint-x/source-0.snapshot");
    run(List.of());
    assertThat(directory.resolve("chk-1")).doesNotExist();
    run(List.of(), 1);
    run(List.of(1L));
  }

  /** Who empties a directory begins anew, and may crash before the first checkpoint as well. */
  @Test
  void everythingWasDeleted_isAnEmptyStartAsInANewDirectory() throws IOException {
    run(List.of(), 1);
    deleteAll(directory.resolve("chk-1"));
    run(List.of());
    assertThat(directory.resolve("_completed")).doesNotExist();
    plant("chk-2/source-0.snapshot");
    run(List.of(), 3);
    assertThat(directory.resolve("_completed")).exists();
    run(List.of(3L));
  }

  @Test
  void onlySavepointsAreLeft_isNoEmptyStart() throws IOException {
    run(List.of(), 1);
    Files.move(directory.resolve("chk-1"), directory.resolve("savepoint-x"));
    assertThatThrownBy(() -> run(List.of()))
        .isInstanceOf(CorruptStateException.class)
        .hasMessageContaining("[savepoint-x]")
        .hasMessageContaining("restoreLatestOrFrom")
        .hasMessageContaining("startEmpty()");
    openFromSavepoint();
  }

  @Test
  void requireLatest_linkToNowhereIsLater_isRefused() throws IOException {
    run(List.of(), 1);
    Files.createSymbolicLink(directory.resolve("chk-9"), elsewhere.resolve("not-mounted"));
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory)) {
      assertThatThrownBy(() -> CheckpointCoordinator.builder(storage).requireLatest().open())
          .isInstanceOf(CorruptStateException.class)
          .hasMessageContaining("chk-9")
          .hasMessageContaining("requireLatest()");
    }
    run(List.of(1L));
  }

  @Test
  void foreignFiles_areNotDeleted() throws IOException {
    run(List.of(), 1);
    List<Path> planted =
        List.of(
            plant("savepoint-archive/2024/x"),
            plant("shared/notes.txt"),
            plant("chk-7/notes.txt"),
            plant("chk-1/backup~"));
    run(List.of(1L), 2, 3, 4);
    run(List.of(4L));
    assertThat(planted).allSatisfy(file -> assertThat(file).exists());
  }

  @Test
  void directoryAsMetadata_theOneBeforeIsRestored() throws IOException {
    run(List.of(), 1);
    plant("chk-5/_metadata/x");
    run(List.of(1L), 2);
    run(List.of(2L));
  }

  @Test
  void linkInACircleAsMetadata_theOneBeforeIsRestored() throws IOException {
    run(List.of(), 1);
    Path link = directory.resolve("chk-5/_metadata");
    Files.createDirectories(link.getParent());
    Files.createSymbolicLink(link, link);
    run(List.of(1L), 2);
    run(List.of(2L));
  }

  @Test
  void metadataOfManyZeros_theOneBeforeIsRestored() throws IOException {
    run(List.of(), 1);
    Path file = plant("chk-5/_metadata");
    try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
      zeros.setLength(250 << 20);
    }
    run(List.of(1L), 2);
    run(List.of(2L));
  }

  private void makePipe(Path file) throws IOException, InterruptedException {
    Files.createDirectories(file.getParent());
    Process process = new ProcessBuilder("mkfifo", file.toString()).start();
    assumeTrue(process.waitFor() == 0, "there are no named pipes here");
  }

  @Test
  void pipeAsMetadata_theOneBeforeIsRestored() throws IOException, InterruptedException {
    run(List.of(), 1);
    makePipe(directory.resolve("chk-5/_metadata"));
    run(List.of(1L), 2);
    run(List.of(2L));
  }

  @Test
  void pipeAsSnapshot_theOneBeforeIsRestored() throws IOException, InterruptedException {
    run(List.of(), 1, 2);
    Path snapshot = directory.resolve("chk-2/source-0.snapshot");
    Files.delete(snapshot);
    makePipe(snapshot);
    run(List.of(1L), 3);
    run(List.of(3L));
  }

  @Test
  void pipesElsewhere_areLeftAlone() throws IOException, InterruptedException {
    run(List.of(), 1);
    List<Path> pipes =
        List.of(
            directory.resolve("chk-7"),
            directory.resolve("shared/x.uncommitted~"),
            directory.resolve("shared/x"));
    for (Path pipe : pipes) {
      makePipe(pipe);
    }
    run(List.of(1L), 2, 3);
    run(List.of(3L));
    assertThat(pipes).allSatisfy(pipe -> assertThat(pipe).exists());
  }

  /** Begins as metadata does, and says that it is as long as the file. */
  private void plantValidHeader(String path, int length) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(16);
    header.putInt(0x5342434D).putShort((short) 1).putShort((short) 0).putInt(length - 20);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, header.position());
    header.putInt((int) crc.getValue());
    Path file = plant(path);
    try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
      out.write(header.array());
      out.setLength(length);
    }
  }

  @Test
  void metadataOfManyZerosWithAValidHeader_theOneBeforeIsRestored() throws IOException {
    run(List.of(), 1);
    plantValidHeader("chk-5/_metadata", 250 << 20);
    plantValidHeader("chk-6/_metadata", 60 << 20);
    run(List.of(1L), 2);
    run(List.of(2L));
  }

  /** A program with a small heap: tells what it has restored, or why it cannot. */
  static final class SmallHeap {
    public static void main(String[] arguments) {
      try (FileCheckpointStorage storage = FileCheckpointStorage.open(Path.of(arguments[0]))) {
        CheckpointCoordinatorBuilder builder = CheckpointCoordinator.builder(storage);
        if (arguments.length > 1) {
          builder.restoreFrom(Long.parseLong(arguments[1])).allowRewind();
        }
        try (CheckpointCoordinator coordinator = builder.open()) {
          System.out.println("restored " + coordinator.restored().orElseThrow().id());
        }
      } catch (StateException e) {
        System.out.println("refused: " + e.getMessage());
      }
    }
  }

  private String runWithSmallHeap(String... more) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName(),
                directory.toString()));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).isZero();
    return output;
  }

  @Test
  void largeMetadataThatIsNone_smallHeap_theOneBeforeIsRestored()
      throws IOException, InterruptedException {
    run(List.of(), 1);
    Path file = plant("chk-5/_metadata");
    try (RandomAccessFile zeros = new RandomAccessFile(file.toFile(), "rw")) {
      zeros.setLength(60 << 20);
    }
    plantValidHeader("chk-6/_metadata", 250 << 20);
    assertThat(runWithSmallHeap()).startsWith("restored 1");
  }

  @Test
  void largeMetadata_smallHeap_isAnErrorWithAWayOutAndNotDamage()
      throws IOException, InterruptedException {
    run(List.of(), 1);
    plantValidHeader("chk-5/_metadata", 20 << 20);
    assertThat(runWithSmallHeap())
        .startsWith("refused: the latest checkpoint cannot be read here")
        .contains("the heap is too small")
        .contains("-Xmx")
        .contains("restoreFrom(id) with one of [1] and allowRewind()");
    assertThat(runWithSmallHeap("1")).startsWith("restored 1");
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(from)) {
      for (Path file : files) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  /**
   * @param isMetadataOnly whether what is copied meets the program when it publishes, and not when
   *     it begins to write
   */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void checkpointCopiedIntoPlaceWhileTheProgramRuns_isNeverTouched(boolean isMetadataOnly)
      throws IOException {
    run(List.of(), 1);
    copy(directory.resolve("chk-1"), elsewhere);
    if (isMetadataOnly) {
      Files.delete(elsewhere.resolve("source-0.snapshot"));
    }
    List<Path> copied = new ArrayList<>();
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(directory);
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask source = coordinator.subtask("source").open()) {
      for (long value = 2; value < 12; value++) {
        source.operatorState().splitList(POSITIONS).update(List.of(value));
        CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
        boolean isInTheWay = value % 3 == 0;
        if (isInTheWay) {
          Path place = directory.resolve("chk-" + source.pendingCheckpoint());
          copy(elsewhere, place);
          copied.add(place);
        }
        assertThat(source.snapshotIfPending()).isTrue();
        Throwable failure = future.handle((completed, thrown) -> thrown).join();
        if (isInTheWay) {
          assertThat(failure).hasMessageContaining("is there already");
        } else {
          assertThat(failure).isNull();
        }
      }
    }
    assertThat(copied).hasSize(3).allSatisfy(this::assertUntouched);
    run(List.of(11L), 12, 13);
    run(List.of(13L));
  }

  private void assertUntouched(Path copy) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(elsewhere)) {
      for (Path file : files) {
        assertThat(copy.resolve(file.getFileName())).hasSameBinaryContentAs(file);
      }
    }
  }
}
