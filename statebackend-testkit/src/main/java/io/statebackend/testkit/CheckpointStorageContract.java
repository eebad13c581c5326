// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint storage keeps its promises while nothing goes wrong: files are there whole or not at
 * all, one writer at a time, deletions can be repeated. {@link FaultContract} tries what goes
 * wrong.
 */
public abstract class CheckpointStorageContract {
  private static final int THREAD_COUNT = 4;

  private Path directory;
  private CheckpointStorage storage;

  /** Creates the contract, for one test. */
  protected CheckpointStorageContract() {}

  /**
   * Opens the storage to test, for reading and writing. In one test it is called several times, and
   * then opens the same place again; what was there before the test does not show.
   *
   * @param directory an empty directory for the test alone, for a storage that needs one
   * @return the storage
   */
  protected abstract CheckpointStorage openStorage(Path directory);

  @BeforeEach
  final void open(@TempDir Path emptyDirectory) {
    directory = emptyDirectory;
    storage = open();
  }

  @AfterEach
  final void close() {
    storage.close();
  }

  private CheckpointStorage open() {
    return openStorage(directory);
  }

  private void reopen() {
    storage.close();
    storage = open();
  }

  private void write(String file, String content) {
    try (StorageOutput out = storage.create(file)) {
      byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
      out.write(bytes, 0, bytes.length);
      out.commit();
    }
  }

  private void publish(String file, String content) {
    storage.publish(file, content.getBytes(StandardCharsets.UTF_8));
  }

  private String read(String file) {
    try (StorageInput in = storage.open(file)) {
      byte[] bytes = new byte[(int) in.length()];
      in.read(0, bytes, 0, bytes.length);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  @Test
  final void create_committed() {
    write("chk-1/a", "content");
    assertThat(read("chk-1/a")).isEqualTo("content");
    reopen();
    assertThat(read("chk-1/a")).isEqualTo("content");
  }

  @Test
  final void create_emptyFile() {
    write("a", "");
    assertThat(read("a")).isEmpty();
    assertThat(storage.list("")).containsExactly("a");
  }

  @Test
  final void create_beforeCommit() {
    try (StorageOutput out = storage.create("chk-1/a")) {
      out.write(new byte[100], 0, 100);
      assertThat(storage.list("")).isEmpty();
      assertThat(storage.list("chk-1")).isEmpty();
      assertThatThrownBy(() -> storage.open("chk-1/a"))
          .isInstanceOf(StateIoException.class)
          .hasCauseInstanceOf(NoSuchFileException.class);
      out.commit();
    }
    assertThat(storage.list("")).containsExactly("chk-1");
    assertThat(storage.list("chk-1")).containsExactly("a");
  }

  @Test
  final void create_givenUp() {
    StorageOutput out = storage.create("chk-1/a");
    out.write(new byte[100], 0, 100);
    out.close();
    out.close();
    assertThat(storage.list("")).isEmpty();
    assertThatThrownBy(() -> out.write(new byte[1], 0, 1)).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(out::commit).isInstanceOf(StateClosedException.class);
    write("chk-1/a", "second try");
    assertThat(read("chk-1/a")).isEqualTo("second try");
  }

  @Test
  final void create_leftOpenWhenTheStorageWasClosed() {
    StorageOutput out = storage.create("chk-1/a");
    out.write(new byte[100], 0, 100);
    reopen();
    assertThat(storage.list("")).isEmpty();
    write("chk-1/a", "second try");
    out.close();
    assertThat(read("chk-1/a")).isEqualTo("second try");
  }

  @Test
  final void create_fileThatIsThere() {
    write("a", "first");
    assertThatThrownBy(() -> storage.create("a"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("there already");
    assertThat(read("a")).isEqualTo("first");
  }

  @Test
  final void create_fileThatIsBeingWritten() {
    try (StorageOutput out = storage.create("a")) {
      assertThatThrownBy(() -> storage.create("a")).isInstanceOf(StateIoException.class);
      out.write(new byte[] {'x'}, 0, 1);
      out.commit();
    }
    assertThat(read("a")).isEqualTo("x");
  }

  @Test
  final void create_beneathAFile() {
    write("a", "file");
    assertThatThrownBy(() -> storage.create("a/b")).isInstanceOf(StateIoException.class);
    assertThatThrownBy(() -> publish("a/b", "x")).isInstanceOf(StateIoException.class);
  }

  @Test
  final void write_partOfAnArray() {
    try (StorageOutput out = storage.create("a")) {
      byte[] bytes = "0123456789".getBytes(StandardCharsets.US_ASCII);
      out.write(bytes, 2, 3);
      out.write(bytes, 0, 0);
      out.write(bytes, 9, 1);
      out.commit();
    }
    assertThat(read("a")).isEqualTo("2349");
  }

  @Test
  final void write_afterCommit() {
    StorageOutput out = storage.create("a");
    out.commit();
    assertThatThrownBy(() -> out.write(new byte[1], 0, 1)).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(out::commit).isInstanceOf(StateClosedException.class);
    out.close();
    assertThat(read("a")).isEmpty();
  }

  @Test
  final void read_anyPart() {
    byte[] content = new byte[(3 << 20) + 5];
    new Random(1).nextBytes(content);
    try (StorageOutput out = storage.create("a")) {
      out.write(content, 0, content.length);
      out.commit();
    }
    try (StorageInput in = storage.open("a")) {
      assertThat(in.length()).isEqualTo(content.length);
      byte[] target = new byte[content.length + 10];
      in.read(0, target, 10, content.length);
      assertThat(Arrays.equals(target, 10, target.length, content, 0, content.length)).isTrue();
      byte[] tail = new byte[7];
      in.read(content.length - 7, tail, 0, 7);
      assertThat(tail).isEqualTo(Arrays.copyOfRange(content, content.length - 7, content.length));
      in.read(content.length, tail, 7, 0);
    }
  }

  @Test
  final void read_pastTheEnd() {
    write("a", "0123456789");
    try (StorageInput in = storage.open("a")) {
      for (long position : new long[] {8, 10, 11, Long.MAX_VALUE - 10}) {
        assertThatThrownBy(() -> in.read(position, new byte[3], 0, 3))
            .as("position %d", position)
            .isInstanceOf(CorruptStateException.class)
            .hasMessageContaining("a");
      }
    }
  }

  @Test
  final void read_closedInput() {
    write("a", "x");
    StorageInput in = storage.open("a");
    in.close();
    in.close();
    assertThatThrownBy(() -> in.read(0, new byte[1], 0, 1))
        .isInstanceOf(StateClosedException.class);
    assertThatThrownBy(in::length).isInstanceOf(StateClosedException.class);
  }

  @Test
  final void open_missing() {
    for (String file : List.of("a", "chk-1/a")) {
      assertThatThrownBy(() -> storage.open(file))
          .isInstanceOf(StateIoException.class)
          .hasCauseInstanceOf(NoSuchFileException.class)
          .hasMessageContaining(file);
    }
  }

  @Test
  final void open_directory(@TempDir Path local) {
    write("chk-1/a", "a");
    assertThatThrownBy(() -> storage.open("chk-1"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("chk-1");
    assertThatThrownBy(() -> storage.exportFile("chk-1", local.resolve("target")))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("chk-1");
    assertThat(local.resolve("target")).doesNotExist();
  }

  /** An interrupt costs the call of the thread that is interrupted, and nothing else. */
  @Test
  final void read_interruptedThread() {
    write("a", "0123456789");
    try (StorageInput in = storage.open("a")) {
      for (int round = 0; round < 3; round++) {
        Thread.currentThread().interrupt();
        byte[] target = new byte[10];
        try {
          in.read(0, target, 0, 10);
          assertThat(target).asString(StandardCharsets.UTF_8).isEqualTo("0123456789");
        } catch (StateIoException e) {
          assertThat(e).hasMessageContaining("a");
        } finally {
          assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
        }
        in.read(0, target, 0, 10);
        assertThat(target).asString(StandardCharsets.UTF_8).isEqualTo("0123456789");
        assertThat(in.length()).isEqualTo(10);
      }
    }
    assertThat(read("a")).isEqualTo("0123456789");
  }

  @Test
  final void read_whileAnotherThreadIsInterrupted()
      throws ExecutionException, InterruptedException {
    byte[] content = new byte[1 << 20];
    new Random(4).nextBytes(content);
    storage.publish("a", content);
    try (StorageInput in = storage.open("a")) {
      inParallel(
          thread -> {
            for (int i = 0; i < 100; i++) {
              byte[] target = new byte[content.length];
              boolean isInterrupted = thread == 0;
              if (isInterrupted) {
                Thread.currentThread().interrupt();
              }
              try {
                in.read(0, target, 0, target.length);
                assertThat(Arrays.equals(target, content)).isTrue();
              } catch (StateIoException e) {
                assertThat(isInterrupted).as("of thread %d, which got %s", thread, e).isTrue();
              } finally {
                boolean unused = Thread.interrupted();
              }
            }
          });
    }
  }

  @Test
  final void create_interruptedThread_thenAgain() {
    Thread.currentThread().interrupt();
    try {
      write("chk-1/a", "first try");
    } catch (StateIoException e) {
      assertThat(storage.list("")).isEmpty();
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
      write("chk-1/a", "first try");
    } finally {
      boolean unused = Thread.interrupted();
    }
    assertThat(read("chk-1/a")).isEqualTo("first try");
    Thread.currentThread().interrupt();
    try {
      publish("chk-1/_metadata", "first try");
    } catch (StateIoException e) {
      assertThat(storage.list("chk-1")).containsExactly("a");
      assertThat(Thread.interrupted()).as("the interrupt is kept").isTrue();
      publish("chk-1/_metadata", "first try");
    } finally {
      boolean unused = Thread.interrupted();
    }
    assertThat(read("chk-1/_metadata")).isEqualTo("first try");
  }

  @Test
  final void importFile_then_sourceDeleted(@TempDir Path local) throws IOException {
    byte[] content = new byte[(1 << 20) + 5];
    new Random(3).nextBytes(content);
    Path source = Files.write(local.resolve("source"), content);
    storage.importFile("chk-1/a", source);
    Files.delete(source);
    publish("chk-1/_metadata", "m");
    reopen();
    assertThat(storage.list("chk-1")).containsExactlyInAnyOrder("a", "_metadata");
    storage.exportFile("chk-1/a", local.resolve("exported"));
    assertThat(local.resolve("exported")).hasBinaryContent(content);
  }

  @Test
  final void importFile_emptyFile(@TempDir Path local) throws IOException {
    storage.importFile("a", Files.createFile(local.resolve("source")));
    assertThat(read("a")).isEmpty();
    storage.exportFile("a", local.resolve("exported"));
    assertThat(local.resolve("exported")).isEmptyFile();
  }

  @Test
  final void importFile_fileThatIsThere(@TempDir Path local) throws IOException {
    write("a", "first");
    Path source = Files.writeString(local.resolve("source"), "second");
    assertThatThrownBy(() -> storage.importFile("a", source))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("there already");
    assertThat(read("a")).isEqualTo("first");
    assertThat(source).hasContent("second");
  }

  @Test
  final void importFile_fileThatIsBeingWritten(@TempDir Path local) throws IOException {
    Path source = Files.writeString(local.resolve("source"), "imported");
    try (StorageOutput out = storage.create("a")) {
      assertThatThrownBy(() -> storage.importFile("a", source))
          .isInstanceOf(StateIoException.class)
          .hasMessageContaining("already");
      out.write(new byte[] {'x'}, 0, 1);
      out.commit();
    }
    assertThat(read("a")).isEqualTo("x");
  }

  @Test
  final void importFile_missing(@TempDir Path local) {
    assertThatThrownBy(() -> storage.importFile("chk-1/a", local.resolve("source")))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("source");
    assertThat(storage.list("")).isEmpty();
    write("chk-1/a", "second try");
    assertThat(read("chk-1/a")).isEqualTo("second try");
  }

  @Test
  final void exportFile_then_deleted(@TempDir Path local) throws IOException {
    write("chk-1/a", "content");
    for (String name : List.of("one", "other")) {
      storage.exportFile("chk-1/a", local.resolve(name));
    }
    Files.delete(local.resolve("one"));
    assertThat(read("chk-1/a")).isEqualTo("content");
    storage.delete("chk-1/a");
    assertThat(local.resolve("other")).hasContent("content");
  }

  @Test
  final void exportFile_targetThatIsThere(@TempDir Path local) throws IOException {
    write("a", "content");
    Path target = Files.writeString(local.resolve("target"), "first");
    assertThatThrownBy(() -> storage.exportFile("a", target))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("target");
    assertThat(target).hasContent("first");
  }

  @Test
  final void exportFile_missing(@TempDir Path local) {
    assertThatThrownBy(() -> storage.exportFile("chk-1/a", local.resolve("target")))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("chk-1/a");
    assertThat(local.resolve("target")).doesNotExist();
  }

  @Test
  final void publish_newFile() {
    write("chk-1/a", "a");
    publish("chk-1/_metadata", "whole");
    assertThat(read("chk-1/_metadata")).isEqualTo("whole");
    reopen();
    assertThat(read("chk-1/_metadata")).isEqualTo("whole");
    assertThat(storage.list("chk-1")).containsExactlyInAnyOrder("a", "_metadata");
  }

  @Test
  final void publish_copiesTheContent() {
    byte[] content = {'a'};
    storage.publish("a", content);
    content[0] = 'b';
    assertThat(read("a")).isEqualTo("a");
  }

  @Test
  final void publish_fileThatIsThere() {
    publish("chk-1/_metadata", "first");
    assertThatThrownBy(() -> publish("chk-1/_metadata", "second"))
        .isInstanceOf(StateLockedException.class)
        .hasMessageContaining("_metadata");
    assertThat(read("chk-1/_metadata")).isEqualTo("first");
  }

  @Test
  final void publish_again_afterDelete() {
    publish("chk-1/_metadata", "first");
    storage.delete("chk-1/_metadata");
    publish("chk-1/_metadata", "second");
    assertThat(read("chk-1/_metadata")).isEqualTo("second");
  }

  @Test
  final void list_filesAndDirectories() {
    write("a", "");
    write("chk-1/b", "");
    write("chk-1/c", "");
    write("chk-10/d", "");
    write("chk-1.x/e", "");
    assertThat(storage.list("")).containsExactlyInAnyOrder("a", "chk-1", "chk-10", "chk-1.x");
    assertThat(storage.list("chk-1")).containsExactlyInAnyOrder("b", "c");
    assertThat(storage.list("chk-2")).isEmpty();
    assertThat(storage.list("chk-1/sub")).isEmpty();
  }

  @Test
  final void list_hundredsOfCheckpoints() {
    listMany(100);
  }

  @Test
  @Tag("slow")
  final void list_thousandsOfCheckpoints() {
    listMany(5_000);
  }

  private void listMany(int count) {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < count; i++) {
      write("chk-" + i + "/a", "content of " + i);
      names.add("chk-" + i);
    }
    publish("chk-0/_metadata", "all are durable");
    reopen();
    assertThat(storage.list("")).containsExactlyInAnyOrderElementsOf(names);
    for (int i = 0; i < count; i += 2) {
      storage.delete("chk-" + i);
      names.remove("chk-" + i);
    }
    assertThat(storage.list("")).containsExactlyInAnyOrderElementsOf(names);
    assertThat(read("chk-" + (count - 1) + "/a")).isEqualTo("content of " + (count - 1));
  }

  @Test
  final void list_file() {
    write("a", "");
    assertThatThrownBy(() -> storage.list("a"))
        .isInstanceOf(StateIoException.class)
        .hasCauseInstanceOf(NotDirectoryException.class)
        .hasMessageContaining("a");
  }

  @Test
  final void delete_file() {
    write("chk-1/a", "a");
    write("chk-1/b", "b");
    storage.delete("chk-1/a");
    assertThat(storage.list("chk-1")).containsExactly("b");
    storage.delete("chk-1/b");
    assertThat(storage.list("chk-1")).isEmpty();
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  final void delete_directory() {
    write("chk-1/a", "a");
    write("chk-1/sub/b", "b");
    write("chk-10/c", "c");
    storage.delete("chk-1");
    assertThat(storage.list("")).containsExactly("chk-10");
    write("chk-1/a", "again");
    publish("chk-1/_metadata", "m");
    assertThat(read("chk-1/a")).isEqualTo("again");
  }

  /**
   * As in an object store: a directory is nothing but what the names of its files have in common.
   */
  @Test
  final void delete_lastFileOfADirectory_takesTheDirectoryAlong() {
    write("a/b/c", "c");
    write("a/d", "d");
    storage.delete("a/b/c");
    assertThat(storage.list("a")).containsExactly("d");
    write("a/b", "a file in place of the directory");
    storage.delete("a/b");
    storage.delete("a/d");
    write("a", "a file in place of the directory above");
    assertThat(read("a")).startsWith("a file");
  }

  @Test
  final void delete_directoryThatWasTheLastOfItsParent() {
    write("a/b/c/d", "d");
    storage.delete("a/b/c");
    write("a", "a file in place of the directory above");
    assertThat(storage.list("")).containsExactly("a");
  }

  @Test
  final void delete_whileOthersWriteInTheDirectory()
      throws ExecutionException, InterruptedException {
    inParallel(
        thread -> {
          for (int i = 0; i < 50; i++) {
            String file = "a/b/" + thread;
            if (i % 2 == 0) {
              write(file, "content of " + thread);
            } else {
              publish(file, "content of " + thread);
            }
            assertThat(read(file)).isEqualTo("content of " + thread);
            storage.delete(file);
          }
        });
    assertThat(storage.list("")).isEmpty();
    write("a", "a file in place of the directory");
  }

  @Test
  final void delete_again() {
    write("chk-1/a", "a");
    storage.delete("chk-1");
    storage.delete("chk-1");
    storage.delete("chk-1/a");
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  final void delete_severalThreadsTheSame() throws ExecutionException, InterruptedException {
    for (int round = 0; round < 20; round++) {
      write("chk-1/a", "a");
      write("chk-1/sub/b", "b");
      inParallel(thread -> storage.delete("chk-1"));
      assertThat(storage.list("")).isEmpty();
    }
  }

  @Test
  final void delete_missing() {
    storage.delete("a");
    storage.delete("chk-1/a");
    assertThat(storage.list("")).isEmpty();
  }

  @TestFactory
  final Stream<DynamicTest> anyMethod_badPath() {
    return Stream.of(
            "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/.", "a b", "a\\b", "a~",
            "a:b", "\u00e4", "a\0")
        .map(path -> dynamicTest("'" + path + "'", () -> checkRefused(path)));
  }

  private void checkRefused(String path) {
    assertThatThrownBy(() -> storage.create(path)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> publish(path, "")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.open(path)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.importFile(path, directory))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.exportFile(path, directory))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.delete(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("path='" + path + "'");
    if (!path.isEmpty()) {
      assertThatThrownBy(() -> storage.list(path)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @TestFactory
  final Stream<DynamicTest> anyMethod_oddName() {
    return Stream.of("...", "-", "_", ".a", "a.", "..a", "a..b", "-rf", "0", "con", "n".repeat(200))
        .map(name -> dynamicTest(name, () -> checkAccepted(name)));
  }

  private void checkAccepted(String name) {
    write(name + "/" + name, "content");
    publish(name + "/" + name + name.length(), "published");
    reopen();
    assertThat(read(name + "/" + name)).isEqualTo("content");
    assertThat(storage.list("")).containsExactly(name);
    assertThat(storage.list(name)).containsExactlyInAnyOrder(name, name + name.length());
    storage.delete(name);
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  final void anyMethod_deepPath() {
    String path = String.join("/", Collections.nCopies(40, "directory"));
    write(path + "/a", "content");
    assertThat(read(path + "/a")).isEqualTo("content");
    storage.delete("directory");
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  final void open_secondWriter() {
    assertThatThrownBy(this::open).isInstanceOf(StateLockedException.class);
    // The refused one took nothing away from the first.
    assertThatThrownBy(this::open).isInstanceOf(StateLockedException.class);
    write("a", "a");
    assertThatCode(this::reopen).doesNotThrowAnyException();
  }

  @Test
  final void close_thenUse() {
    write("a", "a");
    storage.close();
    storage.close();
    assertThatThrownBy(() -> storage.create("b")).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> publish("b", "")).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> storage.open("a")).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> storage.importFile("b", directory))
        .isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> storage.exportFile("a", directory))
        .isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> storage.list("")).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> storage.delete("a")).isInstanceOf(StateClosedException.class);
  }

  @Test
  final void close_twice_afterReopen() {
    CheckpointStorage first = storage;
    reopen();
    first.close();
    assertThatThrownBy(this::open).isInstanceOf(StateLockedException.class);
  }

  @Test
  final void allMethods_manyThreads() throws ExecutionException, InterruptedException {
    inParallel(
        thread -> {
          String own = "chk-" + thread;
          for (int i = 0; i < 20; i++) {
            write(own + "/" + i, own);
            write("shared/" + own + "-" + i, own);
            publish(own + "/_metadata", "m" + i);
            assertThat(read(own + "/_metadata")).isEqualTo("m" + i);
            storage.delete(own + "/_metadata");
            storage.delete(own);
          }
        });
    assertThat(storage.list("")).containsExactly("shared");
    assertThat(storage.list("shared")).hasSize(20 * THREAD_COUNT);
  }

  /** Runs a task in several threads, which are told their numbers. */
  private static void inParallel(IntConsumer task) throws ExecutionException, InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(THREAD_COUNT);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int thread = 0; thread < THREAD_COUNT; thread++) {
        int number = thread;
        futures.add(executor.submit(() -> task.accept(number)));
      }
      for (Future<?> future : futures) {
        Object unused = future.get();
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  final void create_severalThreadsTheSameFile() throws ExecutionException, InterruptedException {
    for (int round = 0; round < 20; round++) {
      String file = "chk-1/a" + round;
      AtomicInteger winners = new AtomicInteger();
      inParallel(
          thread -> {
            try {
              write(file, "content of " + thread);
              winners.incrementAndGet();
            } catch (StateIoException e) {
              assertThat(e).hasMessageContaining("already");
            }
          });
      assertThat(winners).as("threads that have created %s", file).hasValue(1);
      assertThat(read(file)).startsWith("content of ");
    }
  }

  @Test
  final void publish_severalThreadsTheSameFile() throws ExecutionException, InterruptedException {
    for (int round = 0; round < 20; round++) {
      String file = "chk-1/m" + round;
      List<String> published = Collections.synchronizedList(new ArrayList<>());
      inParallel(
          thread -> {
            try {
              publish(file, "content of " + thread);
              published.add("content of " + thread);
            } catch (StateLockedException e) {
              assertThat(e).hasMessageContaining(file);
            }
          });
      assertThat(published).as("what threads have published as %s", file).hasSize(1);
      assertThat(read(file)).isEqualTo(published.get(0));
    }
  }

  /** A reader that polls sees a file that is being published whole or not at all. */
  @Test
  final void publish_readMeanwhile() throws ExecutionException, InterruptedException {
    String content = "0123456789".repeat(2_000);
    int fileCount = 40;
    AtomicInteger publishedCount = new AtomicInteger();
    inParallel(
        thread -> {
          if (thread == 0) {
            try {
              for (int i = 0; i < fileCount; i++) {
                publish("chk-" + i + "/_metadata", content);
                publishedCount.incrementAndGet();
              }
            } finally {
              publishedCount.set(fileCount);
            }
          } else {
            while (publishedCount.get() < fileCount) {
              for (String found : storage.list("")) {
                assertThat(storage.list(found)).containsExactly("_metadata");
                assertThat(read(found + "/_metadata")).isEqualTo(content);
              }
            }
          }
        });
    assertThat(storage.list("")).hasSize(fileCount);
  }

  @Test
  final void read_severalThreads() throws ExecutionException, InterruptedException {
    byte[] content = new byte[1 << 20];
    new Random(2).nextBytes(content);
    storage.publish("a", content);
    try (StorageInput in = storage.open("a")) {
      inParallel(
          thread -> {
            Random random = new Random(thread);
            for (int i = 0; i < 100; i++) {
              int position = random.nextInt(content.length);
              int length = random.nextInt(Math.min(5_000, content.length - position));
              byte[] target = new byte[length];
              in.read(position, target, 0, length);
              assertThat(target)
                  .isEqualTo(Arrays.copyOfRange(content, position, position + length));
            }
          });
    }
  }

  @Test
  final void write_closedByAnotherThread() throws InterruptedException, ExecutionException {
    StorageOutput out = storage.create("chk-1/a");
    out.write(new byte[100], 0, 100);
    inParallel(thread -> out.close());
    assertThatThrownBy(() -> out.write(new byte[1], 0, 1)).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(out::commit).isInstanceOf(StateClosedException.class);
    assertThat(storage.list("")).isEmpty();
    write("chk-1/a", "again");
    assertThat(read("chk-1/a")).isEqualTo("again");
  }

  @Test
  final void location_isNotEmpty() {
    assertThat(storage.location()).isNotEmpty();
  }
}
