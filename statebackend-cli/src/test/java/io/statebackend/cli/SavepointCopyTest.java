// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.SavepointCopy;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.Compression;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.memory.MemoryStateBackend;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Savepoints that commands make of checkpoints. */
final class SavepointCopyTest {
  @TempDir private Path directory;
  private String target = "";

  @BeforeEach
  void chooseTarget() {
    target = directory.resolve("target").toString();
  }

  private String place(String engine) {
    return Goldens.checkpoints(engine, directory.resolve(engine)) + "/chk-2";
  }

  private Goldens.Ran fine(String... command) {
    Goldens.Ran ran = Goldens.run(command);
    assertThat(ran.err()).isEmpty();
    assertThat(ran.status()).isZero();
    return ran;
  }

  private String copied(String name) {
    String copy = target + "/savepoint-" + name;
    Goldens.Ran verified = fine("verify", copy);
    assertThat(verified.out()).contains("intact");
    return copy;
  }

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({"memory,none", "memory,lz4", "fs,none", "fs-2,lz4", "rocksdb,none"})
  void convert_anyEngine_isTheSameState(String engine, String codec) {
    String from = place(engine);
    fine("convert", from, "--to", target, "--name", "x", "--compression", codec);
    Goldens.Ran diff = fine("diff", from, copied("x"));
    assertThat(diff.out()).contains("window-sum");
  }

  @ParameterizedTest(name = "{0} key groups")
  @ValueSource(ints = {2, 7, 1_000, 32_768})
  void rescale_anyMaxParallelism_isTheSameStateInOtherKeyGroups(int maxParallelism) {
    String from = place("fs");
    fine("rescale", from, "--to", target, "--name", "x", "--max-parallelism", maxParallelism + "");
    String copy = copied("x");
    fine("diff", from, copy);
    assertThat(fine("show", copy).out()).contains("of at most %d".formatted(maxParallelism));
    // Keys are found by their hash, in the key group where a program looks for them.
    assertThat(fine("get", copy, "--state", "visits", "--key", "4").out().lines()).hasSize(301);
  }

  @Test
  void rescale_restoredByAProgram_hasEveryKeyInItsPlace() {
    String from = place("memory");
    fine("rescale", from, "--to", target, "--name", "x", "--max-parallelism", "31");
    ValueStateDescriptor<Long> count = ValueStateDescriptor.of("count", Serializers.LONG);
    ListStateDescriptor<String> visits = ListStateDescriptor.of("visits", Serializers.STRING);
    List<Long> keys = new ArrayList<>();
    try (FileCheckpointStorage source = FileCheckpointStorage.openReadOnly(Path.of(target));
        FileCheckpointStorage storage = FileCheckpointStorage.open(directory.resolve("new"));
        CheckpointCoordinator checkpoints =
            CheckpointCoordinator.builder(storage)
                .restoreLatestOrFrom(source, "savepoint-x")
                .open()) {
      for (int index = 0; index < 3; index++) {
        try (Subtask subtask = checkpoints.subtask("golden").index(index).parallelism(3).open()) {
          assertThat(subtask.maxParallelism()).isEqualTo(31);
          KeyedStateBackend<Long> keyed =
              subtask.keyed(MemoryStateBackend.create(), Serializers.LONG);
          var counts = keyed.value(count);
          var lists = keyed.list(visits);
          List<Long> own = new ArrayList<>();
          try (Stream<Long> found = keyed.keys(count)) {
            found.forEach(own::add);
          }
          for (long key : own) {
            keyed.setCurrentKey(key);
            assertThat(counts.value()).isEqualTo(key % 3 == 0 ? key * 1_000 : key);
            assertThat(lists.iterator().next()).isEqualTo("a" + key);
          }
          keys.addAll(own);
        }
      }
    }
    assertThat(keys).hasSize(60).doesNotHaveDuplicates();
  }

  @Test
  void drop_stateAndOperator_areLeftOut() {
    String from = place("fs");
    fine("drop", from, "--to", target, "--name", "x", "--state", "numbers", "--state", "name");
    Goldens.Ran diff = Goldens.run("diff", from, copied("x"));
    assertThat(diff.status()).isEqualTo(ExitStatus.DIFFERENT);
    assertThat(diff.out().lines().filter(line -> line.contains("state was removed"))).hasSize(2);
    assertThat(diff.out().lines().filter(line -> line.contains(" 0        0        0"))).hasSize(5);
    fine("drop", from, "--to", target, "--name", "y", "--operator", "golden");
    assertThat(fine("cat", copied("y")).out()).isEmpty();
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"memory", "rocksdb"})
  void edit_oneKey_changesNothingElse(String engine) {
    String from = place(engine);
    fine(
        "edit", from, "--to", target, "--name", "set", "--state", "count", "--key", "7", "--set",
        "4711");
    checkDiff(from, "set", "count", "~", "\"value\":4711");
    fine(
        "edit",
        from,
        "--to",
        target,
        "--name",
        "new",
        "--state",
        "name",
        "--key",
        "123456",
        "--set",
        "somebody");
    checkDiff(from, "new", "name", "+", "\"value\":\"somebody\"");
    fine(
        "edit",
        from,
        "--to",
        target,
        "--name",
        "in",
        "--state",
        "window-sum",
        "--key",
        "7",
        "--namespace",
        "noon",
        "--set",
        "1");
    checkDiff(from, "in", "window-sum", "+", "\"namespace\":\"noon\"");
    fine(
        "edit",
        from,
        "--to",
        target,
        "--name",
        "gone",
        "--state",
        "numbers",
        "--key",
        "3",
        "--remove");
    Goldens.Ran gone = Goldens.run("cat", copied("gone"), "--state", "numbers");
    assertThat(gone.out()).isEmpty();
    assertThat(gone.status()).isZero();
  }

  private void checkDiff(String from, String name, String state, String sign, String row) {
    Goldens.Ran diff = Goldens.run("diff", from, copied(name), "--keys");
    assertThat(diff.status()).isEqualTo(ExitStatus.DIFFERENT);
    assertThat(diff.out().lines().filter(line -> line.contains("{")))
        .singleElement()
        .asString()
        .startsWith(sign)
        .contains("\"state\":\"" + state + "\"")
        .contains(row);
  }

  @Test
  void edit_andRescale_findTheNewKeyInItsNewKeyGroup() {
    String from = place("memory");
    fine(
        "edit", from, "--to", target, "--name", "a", "--state", "count", "--key", "4711", "--set",
        "1");
    fine(
        "rescale",
        target + "/savepoint-a",
        "--to",
        target,
        "--name",
        "b",
        "--max-parallelism",
        "100");
    assertThat(fine("get", copied("b"), "--state", "count", "--key", "4711").out())
        .contains("\"value\":1}");
  }

  @Test
  void copy_cannotBeWritten_leavesNothingBehind() throws IOException {
    String from = place("memory");
    Path part = Path.of(from).resolve("golden-1.snapshot");
    byte[] bytes = Files.readAllBytes(part);
    bytes[bytes.length / 2] ^= 1;
    Files.write(part, bytes);
    Goldens.Ran ran = Goldens.run("convert", from, "--to", target, "--name", "x");
    assertThat(ran.status()).isEqualTo(ExitStatus.DIFFERENT);
    assertThat(ran.err().lines()).singleElement().asString().contains("golden-1.snapshot");
    try (Stream<Path> left = Files.list(Path.of(target))) {
      assertThat(left.map(file -> file.getFileName().toString())).containsExactly("_lock");
    }
  }

  @Test
  void copy_targetIsInUseOrTaken_saysSo() {
    String from = place("memory");
    fine("convert", from, "--to", target, "--name", "x");
    Goldens.Ran taken = Goldens.run("convert", from, "--to", target, "--name", "x");
    assertThat(taken.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(taken.err()).contains("is there already");
    try (FileCheckpointStorage owner = FileCheckpointStorage.open(Path.of(target))) {
      assertThat(owner.location()).isNotEmpty();
      Goldens.Ran locked = Goldens.run("convert", from, "--to", target, "--name", "y");
      assertThat(locked.status()).isEqualTo(ExitStatus.UNAVAILABLE);
      assertThat(locked.err().lines()).singleElement().asString().contains("in use");
    }
  }

  @Test
  void export_eachState_hasAFileOfItsOwn() throws IOException {
    String from = place("fs");
    fine("export", from, "--to", target, "--format", "csv");
    assertThat(Files.readAllLines(Path.of(target, "golden.count.csv"))).hasSize(61);
    fine("export", from, "--to", target, "--state", "visits");
    assertThat(Files.readAllLines(Path.of(target, "golden.visits.jsonl"))).hasSize(380);
    Goldens.Ran again = Goldens.run("export", from, "--to", target, "--state", "visits");
    assertThat(again.status()).isEqualTo(ExitStatus.USAGE);
    assertThat(again.err()).contains("golden.visits.jsonl");
  }

  @Test
  void compression_isSaidOnce() {
    try (Location place = Location.open(place("memory"));
        CheckpointReader reader = place.reader(null)) {
      SavepointCopy copy = new SavepointCopy(reader).compression(Compression.NONE);
      assertThatIllegalStateException()
          .isThrownBy(() -> copy.compression(Compression.NONE))
          .withMessageContaining("compression is set twice");
    }
  }
}
