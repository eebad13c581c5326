// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * A native checkpoint with a damaged or missing file is refused, table file or manifest, and the
 * one before is restored. Every byte is damaged in {@link RocksDbFaultTest}.
 */
final class NativeDamageTest {
  private static final ValueStateDescriptor<String> STATE =
      ValueStateDescriptor.of("state", Serializers.STRING);
  private static final long KEYS = 500;
  private static final Map<String, UnaryOperator<byte[]>> DAMAGES = new LinkedHashMap<>();

  static {
    DAMAGES.put("first byte flipped", bytes -> flipped(bytes, 0));
    DAMAGES.put("byte in the middle flipped", bytes -> flipped(bytes, bytes.length / 2));
    DAMAGES.put("last byte cut off", bytes -> Arrays.copyOf(bytes, bytes.length - 1));
    DAMAGES.put("empty", bytes -> new byte[0]);
    DAMAGES.put("missing", bytes -> null);
  }

  @TempDir private Path directory;
  private Path checkpoints;
  private List<Path> filesOfSecond;

  private static byte[] flipped(byte[] bytes, int at) {
    byte[] damaged = bytes.clone();
    damaged[at] ^= 0x10;
    return damaged;
  }

  @BeforeEach
  void takeTwoCheckpoints() throws IOException {
    checkpoints = directory.resolve("checkpoints");
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(checkpoints);
        RocksDbStateBackend backend = TestBackends.open(directory.resolve("first"), 1 << 20);
        CheckpointCoordinator coordinator =
            CheckpointCoordinator.builder(storage).retain(2).open();
        Subtask subtask = coordinator.subtask("operator").open()) {
      var keyed = subtask.keyed(backend, Serializers.LONG);
      ValueState<String> state = keyed.value(STATE);
      TreeSet<Path> before = new TreeSet<>();
      for (String round : List.of("first", "second")) {
        before.addAll(sharedFiles());
        for (long key = 0; key < KEYS; key++) {
          keyed.setCurrentKey(key);
          state.update(round + " " + key);
        }
        var checkpoint = coordinator.trigger();
        subtask.snapshotIfPending();
        checkpoint.join();
      }
      filesOfSecond = sharedFiles().stream().filter(file -> !before.contains(file)).toList();
    }
  }

  private List<Path> sharedFiles() throws IOException {
    Path shared = checkpoints.resolve("shared");
    if (!Files.exists(shared)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(shared)) {
      return files.sorted().toList();
    }
  }

  @TestFactory
  Stream<DynamicTest> restore_damaged() {
    assertThat(filesOfSecond).as("files of the second checkpoint alone").hasSizeGreaterThan(1);
    return filesOfSecond.stream()
        .flatMap(
            file ->
                DAMAGES.entrySet().stream()
                    .map(
                        damage ->
                            DynamicTest.dynamicTest(
                                file.getFileName() + ": " + damage.getKey(),
                                () -> restoreDamaged(file, damage.getValue()))));
  }

  private void restoreDamaged(Path file, UnaryOperator<byte[]> damage) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    byte[] damaged = damage.apply(bytes);
    // A new file, as the old one may be linked to.
    Files.delete(file);
    if (damaged != null) {
      Files.write(file, damaged);
    }
    try {
      assertRestores("first");
      assertRefused();
    } finally {
      Files.write(file, bytes);
    }
    assertRestores("second");
  }

  private void assertRestores(String round) {
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints);
        RocksDbStateBackend backend = TestBackends.open(directory.resolve("restored"), 1 << 20);
        CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
        Subtask subtask = coordinator.subtask("operator").open()) {
      var keyed = subtask.keyed(backend, Serializers.LONG);
      ValueState<String> state = keyed.value(STATE);
      for (long key = 0; key < KEYS; key++) {
        keyed.setCurrentKey(key);
        assertThat(state.value()).isEqualTo(round + " " + key);
      }
    }
  }

  private void assertRefused() {
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints)) {
      assertThatThrownBy(() -> CheckpointCoordinator.builder(storage).restoreFrom(2).open().close())
          .isInstanceOf(CorruptStateException.class);
    }
  }
}
