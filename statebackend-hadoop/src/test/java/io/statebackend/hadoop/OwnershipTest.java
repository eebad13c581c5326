// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateLockedException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Of several processes the last one that has opened a directory can write there, and no other. */
@Timeout(600)
final class OwnershipTest {
  private final TestCluster cluster = TestCluster.shared();
  private String directory;

  @BeforeEach
  void nameDirectory(TestInfo test) {
    directory = "ownership/" + test.getTestMethod().orElseThrow().getName();
  }

  /**
   * Opens the directory as another process would: it does not know of the other storages of this
   * one.
   */
  private HadoopCheckpointStorage openAsProcess(String name) throws IOException {
    FoundFiles found = FoundFiles.at(cluster.at(directory), TestCluster.configuration());
    HadoopCheckpointStorage storage =
        HadoopCheckpointStorage.open(found.files(), found.top(), name, 0);
    assertThat(storage.location()).isEqualTo(name);
    return storage;
  }

  private static String read(CheckpointStorage storage, String file) {
    try (StorageInput in = storage.open(file)) {
      byte[] bytes = new byte[(int) in.length()];
      in.read(0, bytes, 0, bytes.length);
      return new String(bytes, UTF_8);
    }
  }

  private static void publish(CheckpointStorage storage, String file, String content) {
    storage.publish(file, content.getBytes(UTF_8));
  }

  @Test
  void secondOwner_formerOneCanDoNothingMore(@TempDir java.nio.file.Path local) throws IOException {
    java.nio.file.Path source = Files.writeString(local.resolve("source"), "content");
    try (CheckpointStorage former = openAsProcess("former")) {
      publish(former, "chk-1/_metadata", "of the former");
      StorageOutput begun = former.create("chk-2/a");
      begun.write(new byte[100], 0, 100);
      try (CheckpointStorage owner = openAsProcess("owner")) {
        assertThat(read(owner, "chk-1/_metadata")).isEqualTo("of the former");
        assertThatThrownBy(begun::commit).isInstanceOf(StateLockedException.class);
        assertThatThrownBy(() -> former.create("chk-3/a"))
            .isInstanceOf(StateLockedException.class)
            .hasMessageContaining("another process")
            .hasMessageContaining("former");
        assertThatThrownBy(() -> publish(former, "chk-3/_metadata", ""))
            .isInstanceOf(StateLockedException.class);
        assertThatThrownBy(() -> former.importFile("chk-3/b", source))
            .isInstanceOf(StateLockedException.class);
        assertThatThrownBy(() -> former.delete("chk-1")).isInstanceOf(StateLockedException.class);
        assertThatThrownBy(() -> former.delete("absent")).isInstanceOf(StateLockedException.class);
        assertThat(read(former, "chk-1/_metadata")).as("reading goes on").isNotEmpty();
        assertThat(owner.list("")).containsExactly("chk-1");
        publish(owner, "chk-2/_metadata", "of the owner");
        owner.delete("chk-1");
        assertThat(owner.list("")).containsExactly("chk-2");
      }
    }
  }

  /** What a former owner has begun to write holds a lease; nobody waits for that to end. */
  @Test
  void secondOwner_whileTheFormerOneWritesALargeFile() throws IOException {
    try (CheckpointStorage former = openAsProcess("former")) {
      StorageOutput begun = former.create("chk-1/a");
      byte[] piece = new byte[1 << 20];
      begun.write(piece, 0, piece.length);
      try (CheckpointStorage owner = openAsProcess("owner")) {
        publish(owner, "chk-1/a", "of the owner");
        assertThatThrownBy(
                () -> {
                  begun.write(piece, 0, piece.length);
                  begun.commit();
                })
            .isInstanceOf(StateLockedException.class);
        begun.close();
        assertThat(read(owner, "chk-1/a")).isEqualTo("of the owner");
      }
    }
  }

  /** Nothing that somebody was told to be published is missing for the next owner. */
  @Test
  void owners_oneAfterAnother_whileAllPublish()
      throws IOException, ExecutionException, InterruptedException {
    ExecutorService threads = Executors.newCachedThreadPool();
    List<CheckpointStorage> storages = new ArrayList<>();
    List<Future<Integer>> published = new ArrayList<>();
    AtomicBoolean isEnd = new AtomicBoolean();
    try {
      int seen = 0;
      for (int owner = 0; owner < 5; owner++) {
        CheckpointStorage storage = openAsProcess("owner " + owner);
        storages.add(storage);
        if (owner > 0) {
          // It is fenced now: its count cannot change any more, whatever it is doing.
          int before = published.get(owner - 1).get();
          String of = "of-" + (owner - 1);
          assertThat(storage.list(of)).as("published by owner %d", owner - 1).hasSize(before);
          seen += before;
        }
        int number = owner;
        published.add(threads.submit(() -> publishUntilLocked(storage, "of-" + number, isEnd)));
        while (storages.get(owner).list("of-" + owner).isEmpty()) {
          Thread.onSpinWait();
        }
      }
      assertThat(seen).isPositive();
    } finally {
      isEnd.set(true);
      for (CheckpointStorage storage : storages) {
        storage.close();
      }
      threads.shutdownNow();
    }
  }

  private static int publishUntilLocked(
      CheckpointStorage storage, String prefix, AtomicBoolean isEnd) {
    int count = 0;
    try {
      while (!isEnd.get()) {
        publish(storage, prefix + "/" + count, "content");
        count++;
      }
    } catch (StateLockedException e) {
      assertThat(e).hasMessageContaining("another process");
    }
    return count;
  }

  /** It takes a number that was free when it looked, and is not any more, though it looks so. */
  @Test
  void slowOwner_isRefused_afterOthersHaveComeAndGone() throws IOException {
    openAsProcess("first").close();
    FoundFiles found = FoundFiles.at(cluster.at(directory), TestCluster.configuration());
    AtomicBoolean isFirst = new AtomicBoolean(true);
    HadoopFiles slow =
        (HadoopFiles)
            Proxy.newProxyInstance(
                HadoopFiles.class.getClassLoader(),
                new Class<?>[] {HadoopFiles.class},
                (proxy, method, arguments) -> {
                  try {
                    Object answer = method.invoke(found.files(), arguments);
                    if (method.getName().equals("list") && isFirst.getAndSet(false)) {
                      openAsProcess("second").close();
                      openAsProcess("third").close();
                    }
                    return answer;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    assertThatThrownBy(() -> HadoopCheckpointStorage.open(slow, found.top(), "slow", 0))
        .isInstanceOf(StateLockedException.class)
        .hasMessageContaining("at the same time");
    try (CheckpointStorage owner = openAsProcess("fourth")) {
      publish(owner, "a", "content");
    }
  }

  @Test
  void secondOwner_ofTheSameProcess_isRefused() {
    try (CheckpointStorage storage = cluster.open(directory)) {
      assertThatThrownBy(() -> cluster.open(directory + "/"))
          .isInstanceOf(StateLockedException.class);
      publish(storage, "a", "content");
    }
    cluster.open(directory).close();
  }

  @Test
  void owners_leaveOneDirectoryOnly() throws IOException {
    for (int i = 0; i < 3; i++) {
      try (CheckpointStorage storage = cluster.open(directory)) {
        StorageOutput left = storage.create("a");
        left.write(new byte[10], 0, 10);
      }
    }
    var files = cluster.cluster().getFileSystem();
    Path owners = new Path("/" + directory, "_owner");
    assertThat(files.listStatus(owners)).hasSize(1);
    assertThat(files.getContentSummary(owners).getFileCount()).as("the claim").isEqualTo(1);
  }

  @Test
  void readOnly_touchesNothing() {
    try (CheckpointStorage storage = cluster.open(directory);
        CheckpointStorage reader =
            HadoopCheckpointStorage.openReadOnly(
                cluster.at(directory), TestCluster.configuration())) {
      publish(storage, "a", "content");
      assertThat(read(reader, "a")).isEqualTo("content");
      assertThat(reader.list("")).containsExactly("a");
      assertThatThrownBy(() -> reader.create("b"))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> publish(reader, "b", ""))
          .isInstanceOf(UnsupportedOperationException.class);
      assertThatThrownBy(() -> reader.delete("a"))
          .isInstanceOf(UnsupportedOperationException.class);
      publish(storage, "b", "the storage is still its owner's");
    }
  }

  @Test
  void permissions_areTheOwnersOnly() throws IOException {
    try (CheckpointStorage storage = cluster.open(directory)) {
      publish(storage, "chk-1/_metadata", "content");
    }
    var files = cluster.cluster().getFileSystem();
    Path file = new Path("/" + directory + "/chk-1/_metadata");
    assertThat(files.getFileStatus(file).getPermission()).hasToString("rw-------");
    assertThat(files.getFileStatus(file.getParent()).getPermission()).hasToString("rwx------");
  }
}
