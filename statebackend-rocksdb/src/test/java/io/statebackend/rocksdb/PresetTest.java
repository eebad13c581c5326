// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.ListState;
import io.statebackend.api.ListStateDescriptor;
import io.statebackend.api.MapState;
import io.statebackend.api.MapStateDescriptor;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;

/** Presets reach RocksDB, and change nothing but how state lies on the disk. */
final class PresetTest {
  private static final ValueStateDescriptor<String> VALUES =
      ValueStateDescriptor.of("values", Serializers.STRING);
  private static final ListStateDescriptor<String> LISTS =
      ListStateDescriptor.of("lists", Serializers.STRING);
  private static final MapStateDescriptor<Long, String> MAPS =
      MapStateDescriptor.of("maps", Serializers.LONG, Serializers.STRING);
  private static final long KEYS = 2_000;
  private static final String TEXT = "of which there is much, ".repeat(8);

  @TempDir private Path directory;

  /** One run of a program with some state. */
  private final class Run implements AutoCloseable {
    private final FileCheckpointStorage storage;
    private final RocksDbStateBackend backend;
    private final CheckpointCoordinator checkpoints;
    private final Subtask subtask;
    private final KeyedStateBackend<Long> keyed;
    private final ValueState<String> values;
    private final ListState<String> lists;
    private final MapState<Long, String> maps;

    Run(String checkpointDirectory, RocksDbStateBackend.Builder builder) {
      storage = FileCheckpointStorage.open(directory.resolve(checkpointDirectory));
      checkpoints = CheckpointCoordinator.builder(storage).open();
      subtask = checkpoints.subtask("operator").open();
      backend = builder.memoryBudgetBytes(8 << 20).heapCacheBytes(64 << 10).open();
      keyed = subtask.keyed(backend, Serializers.LONG);
      values = keyed.value(VALUES);
      lists = keyed.list(LISTS);
      maps = keyed.map(MAPS);
    }

    void write(String text) {
      for (long key = 0; key < KEYS; key++) {
        keyed.setCurrentKey(key);
        values.update(text + key);
        lists.add(text);
        maps.put(key % 3, text);
      }
    }

    void check(String text, int elements) {
      for (long key = 0; key < KEYS; key++) {
        keyed.setCurrentKey(key);
        assertThat(values.value()).isEqualTo(text + key);
        assertThat(lists.get()).hasSize(elements).endsWith(text);
        assertThat(maps.get(key % 3)).isEqualTo(text);
      }
    }

    CompletedCheckpoint checkpoint() {
      CompletableFuture<CompletedCheckpoint> checkpoint = checkpoints.trigger();
      assertThat(subtask.snapshotIfPending()).isTrue();
      return checkpoint.join();
    }

    @Override
    public void close() {
      subtask.close();
      checkpoints.close();
      backend.close();
      storage.close();
    }
  }

  private RocksDbStateBackend.Builder builder() {
    return RocksDbStateBackend.builder(directory.resolve("work"));
  }

  /** The options that RocksDB itself writes down, of the database and of a state. */
  private record StoredOptions(Map<String, Map<String, String>> sections) {
    static StoredOptions in(Path working) {
      Path database = working.resolve("store-0").resolve("db");
      try (Stream<Path> files = Files.list(database)) {
        Path newest =
            files
                .filter(file -> file.getFileName().toString().startsWith("OPTIONS-"))
                .max(Comparator.naturalOrder())
                .orElseThrow();
        return read(Files.readAllLines(newest));
      } catch (IOException e) {
        throw new AssertionError("cannot read the options", e);
      }
    }

    private static StoredOptions read(List<String> lines) {
      Map<String, Map<String, String>> sections = new HashMap<>();
      Map<String, String> section = new HashMap<>();
      for (String line : lines) {
        String text = line.strip();
        int equals = text.indexOf('=');
        if (text.startsWith("[")) {
          section = new HashMap<>();
          sections.put(text, section);
        } else if (equals > 0) {
          section.put(text.substring(0, equals), text.substring(equals + 1));
        }
      }
      return new StoredOptions(sections);
    }

    private String ofDatabase(String name) {
      return sections.get("[DBOptions]").get(name);
    }

    private String ofState(String state, String name) {
      return sections.get("[CFOptions \"state/" + state + "\"]").get(name);
    }

    private String ofFiles(String state, String name) {
      return sections.get("[TableOptions/BlockBasedTable \"state/" + state + "\"]").get(name);
    }
  }

  private StoredOptions optionsOf(RocksDbStateBackend.Builder builder) {
    Run run = new Run("checkpoints", builder);
    try (run) {
      return StoredOptions.in(directory.resolve("work"));
    }
  }

  @Test
  void preset_none_isSolidStateDisk() {
    StoredOptions byDefault = optionsOf(builder());

    assertThat(byDefault).isEqualTo(optionsOf(builder().preset(Preset.SOLID_STATE_DISK)));
    assertThat(byDefault.ofFiles("values", "block_size")).isEqualTo("4096");
    assertThat(byDefault.ofState("values", "compression_per_level"))
        .startsWith("kNoCompression:kNoCompression:kLZ4Compression:");
  }

  @Test
  void preset_spinningDisk() {
    StoredOptions options = optionsOf(builder().preset(Preset.SPINNING_DISK));

    assertThat(options.ofDatabase("compaction_readahead_size")).isEqualTo("4194304");
    assertThat(options.ofDatabase("bytes_per_sync")).isEqualTo("1048576");
    for (String state : List.of("values", "lists", "maps")) {
      assertThat(options.ofFiles(state, "block_size")).isEqualTo("16384");
      assertThat(options.ofState(state, "compression_per_level"))
          .matches("kLZ4Compression(:kLZ4Compression){6}");
    }
  }

  @Test
  void preset_smallDisk() {
    StoredOptions options = optionsOf(builder().preset(Preset.SMALL_DISK));

    for (String state : List.of("values", "lists", "maps")) {
      assertThat(options.ofFiles(state, "block_size")).isEqualTo("16384");
      assertThat(options.ofState(state, "compression_per_level"))
          .matches("kLZ4Compression(:kLZ4Compression){6}");
      assertThat(options.ofState(state, "bottommost_compression")).isEqualTo("kZSTD");
    }
  }

  @Test
  void tuning_comesAfterPreset() {
    // tag::tuning
    Tuning expert =
        new Tuning() {
          @Override
          public void state(String state, ColumnFamilyOptions options) {
            if (state.equals("maps")) {
              options.setBottommostCompressionType(CompressionType.LZ4_COMPRESSION);
            }
          }

          @Override
          public void files(String state, BlockBasedTableConfig options) {
            if (state.equals("maps")) {
              options.setBlockSize(64 << 10);
            }
          }
        };
    // end::tuning

    StoredOptions options = optionsOf(builder().tuning(expert).preset(Preset.SMALL_DISK));

    assertThat(options.ofFiles("maps", "block_size")).isEqualTo("65536");
    assertThat(options.ofState("maps", "bottommost_compression")).isEqualTo("kLZ4Compression");
    assertThat(options.ofFiles("values", "block_size")).isEqualTo("16384");
    assertThat(options.ofState("values", "bottommost_compression")).isEqualTo("kZSTD");
  }

  @ParameterizedTest
  @EnumSource(Preset.class)
  void restore_checkpointOfEveryPreset(Preset preset) {
    String text = TEXT;
    int elements = 1;
    Run first = new Run("checkpoints", builder().preset(preset));
    try (first) {
      first.write(text);
      first.checkpoint();
    }
    for (Preset next : Preset.values()) {
      Run run = new Run("checkpoints", builder().preset(next));
      try (run) {
        run.check(text, elements);
        text = next + TEXT;
        elements++;
        run.write(text);
        run.checkpoint();
        run.check(text, elements);
      }
    }
  }

  @Test
  void checkpoint_smallDisk_takesLessThanHalf() {
    Map<Preset, Long> sizes = new HashMap<>();
    for (Preset preset : List.of(Preset.SOLID_STATE_DISK, Preset.SMALL_DISK)) {
      Run run = new Run("checkpoints-" + preset, builder().preset(preset));
      try (run) {
        run.write(preset + TEXT);
        sizes.put(preset, run.checkpoint().sizeBytes());
      }
    }

    assertThat(sizes.get(Preset.SMALL_DISK)).isLessThan(sizes.get(Preset.SOLID_STATE_DISK) / 2);
  }
}
