// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FaultFileSystemTest {
  private final FaultFileSystem files = FaultFileSystem.create();

  private Path path(String text) {
    return files.getPath(text);
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path)) {
      channel.force(true);
    }
  }

  private static FileChannel openToWrite(Path path) throws IOException {
    return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }

  private static List<String> childrenOf(Path directory) throws IOException {
    try (Stream<Path> children = Files.list(directory)) {
      return children.map(child -> child.getFileName().toString()).sorted().toList();
    }
  }

  // Without faults ------------------------------------------------------------------------------

  @Test
  void files_asOnAnyFileSystem() throws IOException {
    Files.createDirectories(path("/a/b"));
    Files.writeString(path("/a/b/c"), "content");
    assertThat(Files.readString(path("/a/b/c"))).isEqualTo("content");
    assertThat(Files.size(path("/a/b/c"))).isEqualTo(7);
    assertThat(path("/a/b")).isDirectory();
    assertThat(path("/a/b/d")).doesNotExist();
    assertThat(path("/a/b/../b/./c").toRealPath()).isEqualTo(path("/a/b/c"));
    assertThat(childrenOf(path("/a/b"))).containsExactly("c");
    Files.copy(path("/a/b/c"), path("/a/d"));
    assertThat(Files.readString(path("/a/d"))).isEqualTo("content");
    assertThatThrownBy(() -> Files.delete(path("/a/b")))
        .isInstanceOf(DirectoryNotEmptyException.class);
    Files.delete(path("/a/b/c"));
    Files.delete(path("/a/b"));
    assertThat(childrenOf(path("/a"))).containsExactly("d");
    assertThat(files.openFiles()).isEmpty();
  }

  @Test
  void files_thatAreMissingOrThereAlready() throws IOException {
    Files.writeString(path("/a"), "file");
    assertThatThrownBy(() -> Files.readString(path("/b"))).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> Files.writeString(path("/a/b"), "")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Files.createDirectory(path("/a")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.createFile(path("/a")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.createLink(path("/a"), path("/a")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> Files.delete(path("/b"))).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> childrenOf(path("/a"))).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Files.move(path("/b"), path("/c")))
        .isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void channel_positions() throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            path("/a"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      channel.write(bytes("0123456789"));
      channel.write(bytes("xy"), 4);
      assertThat(channel.position()).isEqualTo(10);
      channel.write(bytes("z"), 12);
      assertThat(channel.size()).isEqualTo(13);
      ByteBuffer target = ByteBuffer.allocate(20);
      assertThat(channel.read(target, 3)).isEqualTo(10);
      assertThat(new String(target.array(), 0, 10, US_ASCII)).isEqualTo("3xy6789\0\0z");
      assertThat(channel.read(target, 13)).isEqualTo(-1);
      channel.truncate(5);
      assertThat(channel.position()).isEqualTo(5);
      channel.write(bytes("!"));
    }
    assertThat(Files.readString(path("/a"))).isEqualTo("0123x!");
    Files.writeString(path("/a"), "?", StandardOpenOption.APPEND);
    assertThat(Files.readString(path("/a"))).isEqualTo("0123x!?");
  }

  @Test
  void move_replacesAndKeepsOpenFiles() throws IOException {
    Files.writeString(path("/a"), "new");
    Files.writeString(path("/b"), "old");
    try (FileChannel old = FileChannel.open(path("/b"))) {
      Files.move(path("/a"), path("/b"), StandardCopyOption.ATOMIC_MOVE);
      ByteBuffer target = ByteBuffer.allocate(3);
      assertThat(old.read(target)).isEqualTo(3);
      assertThat(new String(target.array(), US_ASCII)).isEqualTo("old");
    }
    assertThat(Files.readString(path("/b"))).isEqualTo("new");
    assertThat(childrenOf(path("/"))).containsExactly("b");
  }

  @Test
  void createLink_sharesTheFile() throws IOException {
    Files.writeString(path("/a"), "one");
    Files.createLink(path("/b"), path("/a"));
    assertThat(Files.isSameFile(path("/a"), path("/b"))).isTrue();
    Files.delete(path("/a"));
    assertThat(Files.readString(path("/b"))).isEqualTo("one");
  }

  @Test
  void tryLock_oneAtATime() throws IOException {
    try (FileChannel second = openToWrite(path("/a"))) {
      try (FileChannel first = openToWrite(path("/a"))) {
        assertThat(first.tryLock()).isNotNull();
        assertThatThrownBy(second::tryLock).isInstanceOf(OverlappingFileLockException.class);
      }
      assertThat(second.tryLock()).isNotNull();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/a/b, c, /a/b/c",
    "/a/b, /c, /c",
    "a, b/c, a/b/c",
    "/, a, /a",
    "'', a, a",
    "a, '', a"
  })
  void path_resolve(String path, String other, String resolved) {
    assertThat(path(path).resolve(other)).isEqualTo(path(resolved));
  }

  @ParameterizedTest
  @CsvSource({"/a/./b/../c, /a/c", "/../a, /a", "../a/.., ..", "a/.., ''", "//a///b/, /a/b"})
  void path_normalize(String path, String normal) {
    assertThat(path(path).normalize()).isEqualTo(path(normal));
  }

  @ParameterizedTest
  @CsvSource({"/a/b, /a/c/d, ../c/d", "/a, /a, ''", "a, a/b, b", "'', a, a"})
  void path_relativize(String path, String other, String relative) {
    assertThat(path(path).relativize(path(other))).isEqualTo(path(relative));
  }

  @Test
  void path_parts() {
    Path path = path("/a/b/c");
    assertThat(path.getFileName()).isEqualTo(path("c"));
    assertThat(path.getParent()).isEqualTo(path("/a/b"));
    assertThat(path("/a").getParent()).isEqualTo(path("/"));
    assertThat(path("a").getParent()).isNull();
    assertThat(path("/").getFileName()).isNull();
    assertThat(path).hasToString("/a/b/c").startsWithRaw(path("/a")).endsWithRaw(path("b/c"));
    assertThat(path.startsWith(FaultFileSystem.create().getPath("/a"))).isFalse();
    assertThat(path.iterator()).toIterable().containsExactly(path("a"), path("b"), path("c"));
  }

  // Crashes -------------------------------------------------------------------------------------

  @Test
  void crash_whatWasForcedIsThere() throws IOException {
    Files.createDirectory(path("/d"));
    Files.writeString(path("/d/a"), "durable");
    force(path("/d/a"));
    force(path("/d"));
    force(path("/"));
    for (int seed = 0; seed < 20; seed++) {
      FaultFileSystem left = files.crash(Unsynced.random(seed));
      assertThat(Files.readString(left.getPath("/d/a"))).isEqualTo("durable");
    }
    assertThat(files.isCrashed()).isTrue();
    assertThatThrownBy(() -> Files.readString(path("/d/a")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("crashed");
  }

  @Test
  void crash_directoryNotForced() throws IOException {
    Files.writeString(path("/a"), "durable");
    force(path("/a"));
    assertThat(childrenOf(files.crash(Unsynced.dropped()).getPath("/"))).isEmpty();
    assertThat(Files.readString(files.crash(Unsynced.kept()).getPath("/a"))).isEqualTo("durable");
  }

  @Test
  void crash_fileNotForced() throws IOException {
    Files.writeString(path("/a"), "content");
    force(path("/"));
    assertThat(Files.size(files.crash(Unsynced.dropped()).getPath("/a"))).isZero();
    assertThat(Files.readString(files.crash(Unsynced.kept()).getPath("/a"))).isEqualTo("content");
  }

  @Test
  void crash_renameNotForced() throws IOException {
    Files.writeString(path("/a"), "old");
    Files.writeString(path("/b"), "new");
    force(path("/a"));
    force(path("/b"));
    force(path("/"));
    Files.move(path("/b"), path("/a"), StandardCopyOption.ATOMIC_MOVE);
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      Path root = files.crash(Unsynced.random(seed)).getPath("/");
      outcomes.add(childrenOf(root) + Files.readString(root.resolve("a")));
    }
    assertThat(outcomes).containsExactlyInAnyOrder("[a, b]old", "[a]new");
  }

  @Test
  void crash_renameBetweenDirectories() throws IOException {
    for (String directory : List.of("/from", "/to")) {
      Files.createDirectory(path(directory));
    }
    Files.writeString(path("/from/a"), "a");
    force(path("/from/a"));
    force(path("/"));
    Files.move(path("/from/a"), path("/to/a"));
    force(path("/to"));
    FaultFileSystem left = files.crash(Unsynced.dropped());
    assertThat(childrenOf(left.getPath("/from"))).isEmpty();
    assertThat(childrenOf(left.getPath("/to"))).containsExactly("a");
  }

  @Test
  void crash_writesAreKeptDroppedAndTorn() throws IOException {
    try (FileChannel channel = openToWrite(path("/a"))) {
      channel.write(bytes("........"));
      channel.force(false);
      channel.write(bytes("12345678"), 0);
      channel.write(bytes("90"), 8);
    }
    force(path("/"));
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < 200; seed++) {
      FaultFileSystem left = files.crash(Unsynced.random(seed));
      outcomes.add(Files.readString(left.getPath("/a")));
    }
    assertThat(outcomes)
        .contains("........", "1234567890", "........90", "12345678", "123.....", "........\0\0")
        .allMatch(content -> content.matches("1?2?3?4?5?6?7?8?\\.*(9?0?|\0\0)"));
  }

  @Test
  void kill_nothingIsLostOrDurable() throws IOException {
    FileChannel channel = openToWrite(path("/a"));
    assertThat(channel.tryLock()).isNotNull();
    channel.write(bytes("content"));
    FaultFileSystem next = files.kill();
    assertThatThrownBy(() -> channel.write(bytes("x"))).isInstanceOf(IOException.class);
    channel.close();
    assertThat(files.isCrashed()).isTrue();
    assertThat(Files.readString(next.getPath("/a"))).isEqualTo("content");
    try (FileChannel again = openToWrite(next.getPath("/a"))) {
      assertThat(again.tryLock()).isNotNull();
    }
    assertThat(childrenOf(next.crash(Unsynced.dropped()).getPath("/"))).isEmpty();
  }

  @Test
  void crash_deleteNotForced() throws IOException {
    Files.writeString(path("/a"), "a");
    force(path("/a"));
    force(path("/"));
    Files.delete(path("/a"));
    assertThat(Files.readString(files.crash(Unsynced.dropped()).getPath("/a"))).isEqualTo("a");
    assertThat(childrenOf(files.crash(Unsynced.kept()).getPath("/"))).isEmpty();
  }

  @Test
  void crash_linkedFileIsOneFile() throws IOException {
    Files.writeString(path("/a"), "a");
    Files.createLink(path("/b"), path("/a"));
    FaultFileSystem left = files.crash(Unsynced.kept());
    assertThat(Files.isSameFile(left.getPath("/a"), left.getPath("/b"))).isTrue();
    assertThat(left.usedBytes()).isEqualTo(files.usedBytes());
  }

  @Test
  void crashAt_everyChange() throws IOException {
    List<String> crashes = new ArrayList<>();
    // tag::crash
    for (int change = 1; ; change++) {
      FaultFileSystem machine = FaultFileSystem.create();
      machine.setFault(Fault.crashAt(change));
      try {
        Files.createDirectory(machine.getPath("/d"));
        Files.writeString(machine.getPath("/d/a"), "x");
        force(machine.getPath("/d"));
        break;
      } catch (IOException e) {
        crashes.add(e.getMessage().replaceAll(".*call \\d+: ", ""));
      }
      FaultFileSystem restarted = machine.crash(Unsynced.random(change));
      assertThat(childrenOf(restarted.getPath("/"))).isSubsetOf("d");
    }
    // end::crash
    assertThat(crashes)
        .containsExactly("CREATE_DIRECTORY /d", "CREATE /d/a", "WRITE /d/a", "FORCE /d");
  }

  // Other faults --------------------------------------------------------------------------------

  @Test
  void errorAt_thatCallOnly() throws IOException {
    Files.writeString(path("/a"), "old");
    for (int call = 1; call <= 3; call++) {
      files.setFault(Fault.errorAt(call));
      assertThatThrownBy(() -> Files.readString(path("/a")))
          .as("call %d", call)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("injected");
      assertThat(Files.readString(path("/a"))).isEqualTo("old");
    }
    assertThat(files.openFiles()).isEmpty();
  }

  @Test
  void errorAt_forceLosesWhatItWasToWrite() throws IOException {
    force(path("/"));
    try (FileChannel channel = openToWrite(path("/a"))) {
      force(path("/"));
      channel.write(bytes("lost"));
      files.setFault(Fault.errorAt(1));
      assertThatThrownBy(() -> channel.force(true)).isInstanceOf(IOException.class);
      channel.write(bytes("kept"));
      channel.force(true);
    }
    assertThat(Files.readString(path("/a"))).isEqualTo("lostkept");
    FaultFileSystem left = files.crash(Unsynced.dropped());
    assertThat(Files.readString(left.getPath("/a"))).isEqualTo("\0\0\0\0kept");
  }

  @Test
  void errorsFrom_staysBroken() {
    files.setFault(Fault.errorsFrom(2));
    assertThat(Files.exists(path("/"))).isTrue();
    assertThat(Files.exists(path("/"))).isFalse();
    assertThat(Files.exists(path("/"))).isFalse();
  }

  @Test
  void shortTransfers_partOfTheBytes() throws IOException {
    files.setFault(Fault.shortTransfers());
    try (FileChannel channel = openToWrite(path("/a"))) {
      assertThat(channel.write(bytes("0123456789"))).isEqualTo(5);
      assertThat(channel.write(bytes("x"))).isEqualTo(1);
    }
    try (FileChannel channel = FileChannel.open(path("/a"))) {
      assertThat(channel.read(ByteBuffer.allocate(100))).isEqualTo(3);
    }
  }

  @Test
  void setCapacityBytes_full() throws IOException {
    files.setCapacityBytes(2 * Disk.ENTRY_SIZE_BYTES + 10);
    try (FileChannel channel = openToWrite(path("/a"))) {
      assertThat(channel.write(bytes("0123456"))).isEqualTo(7);
    }
    try (FileChannel channel = openToWrite(path("/b"))) {
      assertThat(channel.write(bytes("0123456"))).isEqualTo(3);
      assertThatThrownBy(() -> channel.write(bytes("x")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("No space left");
      assertThatThrownBy(() -> Files.createFile(path("/c"))).hasMessageContaining("No space left");
      Files.delete(path("/a"));
      assertThat(channel.write(bytes("x"))).isEqualTo(1);
      Files.delete(path("/b"));
      assertThat(files.usedBytes()).isEqualTo(4);
    }
    assertThat(files.usedBytes()).isZero();
  }

  @Test
  void hangAt_untilResumed() throws IOException, InterruptedException {
    try (FileChannel channel = openToWrite(path("/a"))) {
      files.setFault(Fault.hangAt(1));
      CompletableFuture<Integer> write =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return channel.write(bytes("abc"));
                } catch (IOException e) {
                  throw new CompletionException(e);
                }
              });
      files.awaitHungCall();
      assertThat(Files.size(path("/a"))).isZero();
      assertThat(write).isNotDone();
      files.resume();
      assertThat(write.join()).isEqualTo(3);
    }
    assertThat(Files.readString(path("/a"))).isEqualTo("abc");
  }

  @Test
  void interrupt_closesTheChannel() throws IOException {
    try (FileChannel channel = openToWrite(path("/a"))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> channel.write(bytes("abc")))
          .isInstanceOf(ClosedByInterruptException.class);
      assertThat(Thread.interrupted()).isTrue();
      assertThat(channel.isOpen()).isFalse();
    }
    assertThat(files.openFiles()).isEmpty();
  }
}
