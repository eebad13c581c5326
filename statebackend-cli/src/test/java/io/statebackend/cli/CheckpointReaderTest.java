// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateException;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateKind;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.CheckpointSummary;
import io.statebackend.core.reader.CheckpointSummary.Status;
import io.statebackend.core.reader.StateEntries;
import io.statebackend.core.reader.StateEntry;
import io.statebackend.core.reader.StateSerializers;
import io.statebackend.core.reader.StateSize;
import io.statebackend.core.reader.StoredOperator;
import io.statebackend.core.reader.StoredState;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.snapshot.CheckpointMetadata;
import io.statebackend.core.snapshot.NativeSnapshot;
import io.statebackend.core.snapshot.OperatorSnapshots;
import io.statebackend.core.snapshot.SubtaskSnapshot;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader over golden checkpoints of all engines. */
final class CheckpointReaderTest {
  @TempDir private Path directory;

  private static List<Map<String, @Nullable Object>> rows(CheckpointReader reader) {
    List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    for (StoredOperator operator : reader.operators()) {
      try (StateEntries entries = reader.entries(operator)) {
        for (StateEntry entry = entries.next(); entry != null; entry = entries.next()) {
          rows.add(Rows.of(entry));
        }
      }
    }
    return rows;
  }

  private static List<String> texts(Path checkpoints, String name) {
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints);
        CheckpointReader reader = CheckpointReader.open(storage, name)) {
      return rows(reader).stream().map(Json::text).sorted().toList();
    }
  }

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({"fs,chk-1", "fs,chk-2", "fs-2,chk-1", "fs-2,chk-2", "rocksdb,chk-1", "rocksdb,chk-2"})
  void entries_nativeSnapshot_equalThoseOfThePortableOne(String engine, String name) {
    Path portable = Goldens.checkpoints("memory", directory.resolve("memory"));
    Path inEngine = Goldens.checkpoints(engine, directory.resolve(engine));
    assertThat(texts(inEngine, name)).isEqualTo(texts(portable, name)).hasSizeGreaterThan(800);
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"fs", "rocksdb"})
  void entries_nativeTimers_equalThoseOfThePortableOne(String engine) {
    Path portable = Goldens.timers("memory", directory.resolve("memory"));
    Path inEngine = Goldens.timers(engine, directory.resolve(engine));
    assertThat(texts(inEngine, "chk-2"))
        .isEqualTo(texts(portable, "chk-2"))
        .anyMatch(row -> row.contains("\"timestamp\":"));
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"memory", "fs", "rocksdb"})
  void lookup_key_findsItsEntriesInAllNamespaces(String engine) {
    Path checkpoints = Goldens.checkpoints(engine, directory.resolve(engine));
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints);
        CheckpointReader reader = CheckpointReader.openLatest(storage)) {
      assertThat(reader.directory()).isEqualTo("chk-2");
      StoredState windowSum = reader.state("golden", "window-sum").orElseThrow();
      try (StateEntries entries = reader.lookup(windowSum, 7L)) {
        List<StateEntry> found = all(entries);
        assertThat(found).extracting(StateEntry::key).containsOnly(7L);
        assertThat(found)
            .extracting(StateEntry::namespace)
            .containsExactlyInAnyOrder("morning", "evening");
      }
      StoredState visits = reader.state("golden", "visits").orElseThrow();
      try (StateEntries entries = reader.lookup(visits, 4L)) {
        List<StateEntry> found = all(entries);
        assertThat(found).hasSize(301);
        assertThat(found.get(300).index()).isEqualTo(300);
        assertThat(found.get(300).value()).isEqualTo("visit 299");
      }
      try (StateEntries entries = reader.lookup(visits, 4_711L)) {
        assertThat(all(entries)).isEmpty();
      }
      assertThatThrownBy(() -> reader.lookup(visits, "text"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("int64");
      StoredState positions = reader.state("golden", "positions").orElseThrow();
      assertThatThrownBy(() -> reader.lookup(positions, 4L))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("not keyed");
    }
  }

  private static List<StateEntry> all(StateEntries entries) {
    List<StateEntry> all = new ArrayList<>();
    for (StateEntry entry = entries.next(); entry != null; entry = entries.next()) {
      all.add(entry);
    }
    return all;
  }

  @Test
  void operators_tellWhatIsStored() {
    Path checkpoints = Goldens.checkpoints("memory", directory.resolve("memory"));
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints);
        CheckpointReader reader = CheckpointReader.open(storage, "chk-1")) {
      StoredOperator operator = reader.operators().get(0);
      assertThat(operator.id()).isEqualTo("golden");
      assertThat(operator.parallelism()).isEqualTo(2);
      assertThat(operator.maxParallelism()).isEqualTo(8);
      assertThat(operator.subtasks()).hasSize(2);
      assertThat(operator.states())
          .extracting(StoredState::kind)
          .contains(StateKind.SPLIT_LIST, StateKind.VALUE, StateKind.MAP, StateKind.REDUCING);
      List<StateSize> sizes = reader.sizes(operator);
      assertThat(sizes).allMatch(StateSize::isWhole);
      long stored = sizes.stream().mapToLong(StateSize::storedBytes).sum();
      long keyed =
          sizes.stream()
              .filter(size -> size.state().kind().isKeyed())
              .mapToLong(StateSize::storedBytes)
              .sum();
      assertThat(stored).isGreaterThan(keyed);
      assertThat(reader.keyGroupBytes(operator)).hasSize(8);
      assertThat(java.util.Arrays.stream(reader.keyGroupBytes(operator)).sum()).isEqualTo(keyed);
      assertThat(sizes.stream().filter(size -> size.state().name().equals("count")).findFirst())
          .get()
          .extracting(StateSize::entryCount, StateSize::bytes)
          .containsExactly(60L, 960L);
    }
  }

  @Test
  void entries_ownSerializers_readWhatTheyCan() {
    Path checkpoints = Goldens.checkpoints("memory", directory.resolve("memory"));
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints);
        CheckpointReader reader = CheckpointReader.openLatest(storage)) {
      StoredState count = reader.state("golden", "count").orElseThrow();
      StateSerializers wider = new StateSerializers(null, null, null, Serializers.BIG_INTEGER);
      try (StateEntries entries = reader.entries(count, wider)) {
        assertThat(all(entries))
            .extracting(StateEntry::value)
            .hasSize(60)
            .hasOnlyElementsOfType(java.math.BigInteger.class);
      }
      StateSerializers wrong = new StateSerializers(null, null, null, Serializers.STRING);
      try (StateEntries entries = reader.entries(count, wrong)) {
        assertThatThrownBy(entries::next)
            .isInstanceOf(IncompatibleStateException.class)
            .hasMessageContaining("count");
      }
      try (StateEntries entries = reader.entries(count, StateSerializers.RAW)) {
        assertThat(all(entries)).allSatisfy(entry -> assertThat((byte[]) entry.value()).hasSize(8));
      }
    }
  }

  @Test
  void list_tellsWhatIsCompleteDamagedAndUnfinished() throws IOException {
    Path checkpoints = Goldens.checkpoints("fs-2", directory.resolve("fs"));
    Goldens.copy(checkpoints.resolve("chk-1"), checkpoints.resolve("chk-5"));
    Files.delete(checkpoints.resolve("chk-5/_metadata"));
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints)) {
      assertThat(CheckpointReader.list(storage))
          .extracting(CheckpointSummary::directory, CheckpointSummary::status)
          .containsExactly(
              tuple("chk-1", Status.COMPLETE),
              tuple("chk-2", Status.COMPLETE),
              tuple("chk-5", Status.UNFINISHED));
      CheckpointSummary second = CheckpointReader.list(storage).get(1);
      assertThat(second.checkpointId()).isEqualTo(2);
      assertThat(second.sizeBytes()).isGreaterThan(second.ownBytes());
      assertThat(CheckpointReader.garbage(storage))
          .extracting(file -> file.path())
          .containsExactly("chk-5/golden-0.snapshot", "chk-5/golden-1.snapshot");

      Files.delete(checkpoints.resolve("shared/golden-0-2-1.native"));
      CheckpointSummary damaged = CheckpointReader.list(storage).get(1);
      assertThat(damaged.status()).isEqualTo(Status.DAMAGED);
      assertThat(damaged.problem()).contains("missing", "golden-0-2-1.native");

      byte[] metadata = Files.readAllBytes(checkpoints.resolve("chk-1/_metadata"));
      metadata[metadata.length - 1] ^= 1;
      Files.write(checkpoints.resolve("chk-1/_metadata"), metadata);
      assertThat(CheckpointReader.list(storage).get(0).status()).isEqualTo(Status.DAMAGED);
      metadata[metadata.length - 1] ^= 1;
      metadata[5] = 2; // the version
      int crc = io.statebackend.core.snapshot.Checksums.crc32c(metadata, 0, 12);
      java.nio.ByteBuffer.wrap(metadata).putInt(12, crc);
      Files.write(checkpoints.resolve("chk-1/_metadata"), metadata);
      assertThat(CheckpointReader.list(storage).get(0).status()).isEqualTo(Status.UNREADABLE);
    }
  }

  private static org.assertj.core.groups.Tuple tuple(Object... values) {
    return org.assertj.core.api.Assertions.tuple(values);
  }

  @Test
  void read_directoryOfARunningProgram_needsNoLock() {
    Path checkpoints = Goldens.checkpoints("memory", directory.resolve("memory"));
    try (FileCheckpointStorage owner = FileCheckpointStorage.open(checkpoints)) {
      assertThat(texts(checkpoints, "chk-2")).isNotEmpty();
      owner.delete("chk-1");
    }
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"memory", "fs"})
  void read_checkpointIsDeletedMeanwhile_saysSo(String engine) {
    Path checkpoints = Goldens.checkpoints(engine, directory.resolve(engine));
    try (FileCheckpointStorage owner = FileCheckpointStorage.open(checkpoints);
        FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints);
        CheckpointReader reader = CheckpointReader.openLatest(storage)) {
      owner.delete("chk-2");
      owner.delete("shared");
      for (Runnable read :
          List.<Runnable>of(() -> rows(reader), () -> reader.sizes(reader.operators().get(0)))) {
        assertThatThrownBy(read::run)
            .isInstanceOf(StateIoException.class)
            .hasMessageContaining("chk-2 was deleted while it was read");
      }
      assertThat(reader.verify(done -> {}))
          .isNotEmpty()
          .allMatch(StateIoException.class::isInstance);
    }
  }

  @Test
  void read_engineIsNotThere_namesItsModule() throws IOException {
    Path checkpoints = Goldens.checkpoints("fs", directory.resolve("fs"));
    Path file = checkpoints.resolve("chk-2/_metadata");
    CheckpointMetadata metadata =
        CheckpointMetadata.decode(Files.readAllBytes(file), file.toString());
    List<OperatorSnapshots> operators =
        metadata.operators().stream()
            .map(
                o ->
                    new OperatorSnapshots(
                        o.operatorId(),
                        o.parallelism(),
                        o.maxParallelism(),
                        o.subtasks().stream().map(CheckpointReaderTest::ofOtherEngine).toList()))
            .toList();
    CheckpointMetadata other =
        new CheckpointMetadata(
            metadata.checkpointId(), metadata.timestampMillis(), null, operators);
    Files.write(file, other.encode());
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints);
        CheckpointReader reader = CheckpointReader.openLatest(storage)) {
      StoredState positions = reader.state("golden", "positions").orElseThrow();
      try (StateEntries entries = reader.entries(positions)) {
        assertThat(all(entries)).as("operator state needs no engine").hasSize(2);
      }
      assertThatThrownBy(() -> rows(reader))
          .isInstanceOf(IncompatibleStateException.class)
          .hasMessageContaining("'other-3'")
          .hasMessageContaining("statebackend-other");
    }
  }

  private static SubtaskSnapshot ofOtherEngine(SubtaskSnapshot subtask) {
    NativeSnapshot snapshot = subtask.nativeSnapshot();
    assertThat(snapshot).isNotNull();
    return new SubtaskSnapshot(
        subtask.subtask(),
        subtask.keyGroups(),
        subtask.snapshot(),
        new NativeSnapshot("other-3", new byte[1], snapshot.files()));
  }

  /** Whatever bit is wrong, the reader answers right, or says what is wrong. */
  @Test
  void read_flippedBits_neverAnswersWrong() throws IOException {
    Path checkpoints = Goldens.checkpoints("memory", directory.resolve("memory"));
    List<String> right = texts(checkpoints, "chk-2");
    List<Path> files;
    try (Stream<Path> walk = Files.walk(checkpoints.resolve("chk-2"))) {
      files = walk.filter(Files::isRegularFile).sorted().toList();
    }
    Random random = new Random(20261129);
    for (int i = 0; i < 100; i++) {
      Path file = files.get(random.nextInt(files.size()));
      byte[] bytes = Files.readAllBytes(file);
      int at = random.nextInt(bytes.length);
      byte flipped = (byte) (1 << random.nextInt(8));
      bytes[at] ^= flipped;
      Files.write(file, bytes);
      try {
        assertThat(texts(checkpoints, "chk-2")).as("%s, byte %d", file, at).isEqualTo(right);
      } catch (CorruptStateException | IncompatibleStateException e) {
        assertThat(e).hasMessageContaining(file.getFileName().toString());
      }
      try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints)) {
        List<StateException> problems = problems(storage);
        assertThat(problems).as("%s, byte %d", file, at).isNotEmpty();
      }
      bytes[at] ^= flipped;
      Files.write(file, bytes);
    }
  }

  private static List<StateException> problems(FileCheckpointStorage storage) {
    try (CheckpointReader reader = CheckpointReader.open(storage, "chk-2")) {
      return reader.verify(done -> {});
    } catch (CorruptStateException | IncompatibleStateException e) {
      return List.of(e);
    }
  }
}
