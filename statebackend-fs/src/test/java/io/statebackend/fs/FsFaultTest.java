// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateIoException;
import io.statebackend.api.VoidNamespace;
import io.statebackend.api.spi.KeyContext;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.spi.StoreSpec;
import io.statebackend.api.spi.TableSpec;
import io.statebackend.api.spi.ValueTable;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.testkit.CheckpointLifecycleContract;
import io.statebackend.testkit.DamageContract;
import io.statebackend.testkit.FaultContract;
import io.statebackend.testkit.SealedDamageContract;
import io.statebackend.testkit.SlowDiskContract;
import io.statebackend.testkit.fault.Fault;
import io.statebackend.testkit.fault.FaultFileSystem;
import io.statebackend.testkit.fault.FileCall;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whatever happens to the disk, an operation is done whole or not at all, and says so. */
final class FsFaultTest {
  private static final Settings LITTLE_MEMORY = new Settings(400 << 10, 4 << 10, 1.5);
  private static final VoidNamespace NONE = VoidNamespace.INSTANCE;

  @Nested
  final class Checkpoints extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.open(directory, LITTLE_MEMORY);
    }
  }

  /** More state than memory: the working files meet the faults as well. */
  @Nested
  final class CheckpointsOfSpilledState extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory)
          .memoryBudgetBytes(1 << 20)
          .segmentSizeBytes(16 << 10)
          .open();
    }

    @Override
    protected int ballastBytes() {
      return 1_200_000;
    }
  }

  @Nested
  final class Lifecycle extends CheckpointLifecycleContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.open(directory, LITTLE_MEMORY);
    }

    @Override
    protected int casesInBuild() {
      return 20;
    }
  }

  @Nested
  final class Damage extends DamageContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.open(directory, LITTLE_MEMORY);
    }
  }

  @Nested
  final class SealedDamage extends SealedDamageContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.open(directory, LITTLE_MEMORY);
    }
  }

  @Nested
  final class SlowDisk extends SlowDiskContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return FsStateBackend.builder(directory).open();
    }
  }

  @Test
  void workingFiles_oneErrorAtAnyCall() {
    assertThat(tryFaults(60, (files, i) -> files.setFault(Fault.errorAt(1 + 37L * i))))
        .as("operations that failed")
        .isPositive();
  }

  @Test
  void workingFiles_errorsFromAnyCallOn() {
    assertThat(tryFaults(10, (files, i) -> files.setFault(Fault.errorsFrom(1 + 211L * i))))
        .as("operations that failed")
        .isPositive();
  }

  @Test
  void workingFiles_diskFullAtAnyByte() {
    assertThat(tryFaults(40, FsFaultTest::fillDiskAfter)).as("operations that failed").isPositive();
  }

  @Test
  @Tag("slow")
  void workingFiles_diskFullAtAnyByte_many() {
    assertThat(tryFaults(1_000, FsFaultTest::fillDiskAfter)).isPositive();
  }

  @Test
  void close_oneStoreFails_othersAreClosed() {
    FaultFileSystem files = FaultFileSystem.create();
    Path scratch = files.getPath("/scratch");
    FsStateBackend backend = FsStateBackend.open(scratch, new Settings(2 << 20, 4 << 10, 1.5));
    fillThreeStores(backend);
    assertThat(files.openFiles()).as("the lock, and a working file of each store").hasSize(4);
    files.setFault(
        call ->
            call.operation() == FileCall.Operation.DELETE ? Fault.Effect.ERROR : Fault.Effect.NONE);

    assertThatThrownBy(backend::close)
        .isInstanceOf(StateIoException.class)
        .satisfies(first -> assertThat(first.getSuppressed()).hasSize(2));

    assertThat(files.openFiles()).as("files that are open after closing").isEmpty();
    files.setFault(Fault.none());
    FsStateBackend.open(scratch, LITTLE_MEMORY).close();
  }

  /** Gives each of three stores more than fits into memory. */
  private static void fillThreeStores(FsStateBackend backend) {
    List<ValueTable<Long, VoidNamespace, byte[]>> tables = new ArrayList<>();
    for (int subtask = 0; subtask < 3; subtask++) {
      tables.add(
          backend
              .open(
                  new StoreSpec<>("closed", subtask, new KeyGroupRange(0, 0), 1, Serializers.LONG))
              .valueTable(
                  new TableSpec.OfValues<>(
                      "values", VoidNamespace.serializer(), Serializers.BYTES)));
    }
    KeyContext<Long> context = new KeyContext<>(Serializers.LONG, 1);
    for (long key = 0; key < 12_000; key++) {
      context.set(key);
      for (ValueTable<Long, VoidNamespace, byte[]> table : tables) {
        table.put(context, NONE, new byte[200]);
      }
    }
  }

  private static void fillDiskAfter(FaultFileSystem files, int i) {
    files.setCapacityBytes(files.usedBytes() + 7_919L * i % (900 << 10));
  }

  /** What is wrong with the disk. */
  private interface Harm {
    void to(FaultFileSystem files, int number);
  }

  /** Puts and gets on harmed disks; returns how many operations failed. */
  private static int tryFaults(int count, Harm harm) {
    int failures = 0;
    for (int i = 0; i < count; i++) {
      FaultFileSystem files = FaultFileSystem.create();
      int number = i;
      try (FsStateBackend backend = FsStateBackend.open(files.getPath("/scratch"), LITTLE_MEMORY)) {
        failures += putAndGet(backend, files, () -> harm.to(files, number), new Random(i));
      }
      assertThat(files.openFiles()).as("files that are open after closing").isEmpty();
    }
    return failures;
  }

  private static int putAndGet(
      FsStateBackend backend, FaultFileSystem files, Runnable harm, Random random) {
    KeyContext<Long> context = new KeyContext<>(Serializers.LONG, 1);
    ValueTable<Long, VoidNamespace, byte[]> table =
        backend
            .open(new StoreSpec<>("faults", 0, new KeyGroupRange(0, 0), 1, Serializers.LONG))
            .valueTable(
                new TableSpec.OfValues<>("values", VoidNamespace.serializer(), Serializers.BYTES));
    harm.run();
    Map<Long, byte[]> model = new HashMap<>();
    int failures = 0;
    for (int i = 0; i < 9_000; i++) {
      long key = random.nextInt(3_000);
      context.set(key);
      byte[] value = new byte[200 + random.nextInt(100)];
      random.nextBytes(value);
      try {
        if (i % 3 == 0) {
          assertThat(table.get(context, NONE)).isEqualTo(model.get(key));
        }
        table.put(context, NONE, value);
        model.put(key, value);
      } catch (StateIoException e) {
        assertThat(e).hasMessageContaining("/scratch/store-0/log-");
        failures++;
      }
    }
    files.setFault(Fault.none());
    files.setCapacityBytes(Long.MAX_VALUE);
    model.forEach(
        (key, value) -> {
          context.set(key);
          assertThat(table.get(context, NONE)).isEqualTo(value);
        });
    return failures;
  }
}
