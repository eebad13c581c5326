// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.StateClosedException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every checkpoint storage does. */
abstract class CheckpointStorageCases {
  private CheckpointStorage storage;

  /** Opens the place of this test, the same one each time; it is empty at first. */
  abstract CheckpointStorage open();

  @BeforeEach
  void openStorage() {
    storage = open();
  }

  @AfterEach
  void closeStorage() {
    storage.close();
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
  void create_committed() {
    write("chk-1/a", "content");
    assertThat(read("chk-1/a")).isEqualTo("content");
    reopen();
    assertThat(read("chk-1/a")).isEqualTo("content");
  }

  @Test
  void create_emptyFile() {
    write("a", "");
    assertThat(read("a")).isEmpty();
    assertThat(storage.list("")).containsExactly("a");
  }

  @Test
  void create_beforeCommit() {
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
  void create_givenUp() {
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
  void create_leftOpenWhenTheStorageWasClosed() {
    StorageOutput out = storage.create("chk-1/a");
    out.write(new byte[100], 0, 100);
    reopen();
    assertThat(storage.list("")).isEmpty();
    write("chk-1/a", "second try");
    out.close();
    assertThat(read("chk-1/a")).isEqualTo("second try");
  }

  @Test
  void create_fileThatIsThere() {
    write("a", "first");
    assertThatThrownBy(() -> storage.create("a"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("there already");
    assertThat(read("a")).isEqualTo("first");
  }

  @Test
  void create_fileThatIsBeingWritten() {
    try (StorageOutput out = storage.create("a")) {
      assertThatThrownBy(() -> storage.create("a")).isInstanceOf(StateIoException.class);
      out.write(new byte[] {'x'}, 0, 1);
      out.commit();
    }
    assertThat(read("a")).isEqualTo("x");
  }

  @Test
  void create_beneathAFile() {
    write("a", "file");
    assertThatThrownBy(() -> storage.create("a/b")).isInstanceOf(StateIoException.class);
    assertThatThrownBy(() -> publish("a/b", "x")).isInstanceOf(StateIoException.class);
  }

  @Test
  void write_partOfAnArray() {
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
  void write_afterCommit() {
    StorageOutput out = storage.create("a");
    out.commit();
    assertThatThrownBy(() -> out.write(new byte[1], 0, 1)).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(out::commit).isInstanceOf(StateClosedException.class);
    out.close();
    assertThat(read("a")).isEmpty();
  }

  @Test
  void read_anyPart() {
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
      assertThat(target).endsWith(content);
      byte[] tail = new byte[7];
      in.read(content.length - 7, tail, 0, 7);
      assertThat(content).endsWith(tail);
      in.read(content.length, tail, 7, 0);
    }
  }

  @Test
  void read_pastTheEnd() {
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
  void read_closedInput() {
    write("a", "x");
    StorageInput in = storage.open("a");
    in.close();
    in.close();
    assertThatThrownBy(() -> in.read(0, new byte[1], 0, 1))
        .isInstanceOf(StateClosedException.class);
    assertThatThrownBy(in::length).isInstanceOf(StateClosedException.class);
  }

  @Test
  void open_missing() {
    for (String file : List.of("a", "chk-1/a")) {
      assertThatThrownBy(() -> storage.open(file))
          .isInstanceOf(StateIoException.class)
          .hasCauseInstanceOf(NoSuchFileException.class)
          .hasMessageContaining(file);
    }
  }

  @Test
  void publish_newFile() {
    write("chk-1/a", "a");
    publish("chk-1/_metadata", "whole");
    assertThat(read("chk-1/_metadata")).isEqualTo("whole");
    reopen();
    assertThat(read("chk-1/_metadata")).isEqualTo("whole");
    assertThat(storage.list("chk-1")).containsExactlyInAnyOrder("a", "_metadata");
  }

  @Test
  void publish_copiesTheContent() {
    byte[] content = {'a'};
    storage.publish("a", content);
    content[0] = 'b';
    assertThat(read("a")).isEqualTo("a");
  }

  @Test
  void publish_fileThatIsThere() {
    publish("chk-1/_metadata", "first");
    assertThatThrownBy(() -> publish("chk-1/_metadata", "second"))
        .isInstanceOf(StateLockedException.class)
        .hasMessageContaining("_metadata");
    assertThat(read("chk-1/_metadata")).isEqualTo("first");
  }

  @Test
  void publish_again_afterDelete() {
    publish("chk-1/_metadata", "first");
    storage.delete("chk-1/_metadata");
    publish("chk-1/_metadata", "second");
    assertThat(read("chk-1/_metadata")).isEqualTo("second");
  }

  @Test
  void list_filesAndDirectories() {
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
  void list_file() {
    write("a", "");
    assertThatThrownBy(() -> storage.list("a"))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("a");
  }

  @Test
  void delete_file() {
    write("chk-1/a", "a");
    write("chk-1/b", "b");
    storage.delete("chk-1/a");
    assertThat(storage.list("chk-1")).containsExactly("b");
    storage.delete("chk-1/b");
    assertThat(storage.list("chk-1")).isEmpty();
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void delete_directory() {
    write("chk-1/a", "a");
    write("chk-1/sub/b", "b");
    write("chk-10/c", "c");
    storage.delete("chk-1");
    assertThat(storage.list("")).containsExactly("chk-10");
    write("chk-1/a", "again");
    publish("chk-1/_metadata", "m");
    assertThat(read("chk-1/a")).isEqualTo("again");
  }

  @Test
  void delete_missing() {
    storage.delete("a");
    storage.delete("chk-1/a");
    assertThat(storage.list("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/.", "a b", "a\\b", "a~", "a:b",
        "\u00e4", "a\0"
      })
  void anyMethod_badPath(String path) {
    assertThatThrownBy(() -> storage.create(path)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> publish(path, "")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.open(path)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage.delete(path))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("path='" + path + "'");
    if (!path.isEmpty()) {
      assertThatThrownBy(() -> storage.list(path)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void open_secondWriter() {
    assertThatThrownBy(this::open).isInstanceOf(StateLockedException.class);
    // The refused one took nothing away from the first.
    assertThatThrownBy(this::open).isInstanceOf(StateLockedException.class);
    write("a", "a");
    assertThatCode(this::reopen).doesNotThrowAnyException();
  }

  @Test
  void close_thenUse() {
    write("a", "a");
    storage.close();
    storage.close();
    assertThatThrownBy(() -> storage.create("b")).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> publish("b", "")).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> storage.open("a")).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> storage.list("")).isInstanceOf(StateClosedException.class);
    assertThatThrownBy(() -> storage.delete("a")).isInstanceOf(StateClosedException.class);
  }

  @Test
  void close_twice_afterReopen() {
    CheckpointStorage first = storage;
    reopen();
    first.close();
    assertThatThrownBy(this::open).isInstanceOf(StateLockedException.class);
  }

  @Test
  void allMethods_manyThreads() throws ExecutionException, InterruptedException {
    ExecutorService executor = Executors.newFixedThreadPool(4);
    List<Future<?>> futures = new ArrayList<>();
    try {
      for (int thread = 0; thread < 4; thread++) {
        String directory = "chk-" + thread;
        futures.add(
            executor.submit(
                () -> {
                  for (int i = 0; i < 20; i++) {
                    write(directory + "/" + i, directory);
                    write("shared/" + directory + "-" + i, directory);
                    publish(directory + "/_metadata", "m" + i);
                    assertThat(read(directory + "/_metadata")).isEqualTo("m" + i);
                    storage.delete(directory + "/_metadata");
                    storage.delete(directory);
                  }
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      executor.shutdownNow();
    }
    assertThat(storage.list("")).containsExactly("shared");
    assertThat(storage.list("shared")).hasSize(80);
  }

  @Test
  void location_isNotEmpty() {
    assertThat(storage.location()).isNotEmpty();
  }
}
