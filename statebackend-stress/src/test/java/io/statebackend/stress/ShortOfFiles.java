// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.api.KeyedStateBackend;
import io.statebackend.api.StateException;
import io.statebackend.api.ValueState;
import io.statebackend.api.ValueStateDescriptor;
import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.checkpoint.CheckpointCoordinator;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.core.checkpoint.Subtask;
import io.statebackend.core.serialization.Serializers;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.io.Closeable;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A program that cannot open any more files for a while, and tells how its checkpoints go. To be
 * run where few files may be open. Takes the engine and a directory.
 */
final class ShortOfFiles {
  private static final ValueStateDescriptor<Long> COUNT =
      ValueStateDescriptor.of("count", Serializers.LONG);
  private static final long KEY_COUNT = 1000;
  private static final int TRIES_MAX = 20;
  private static final int FILES_MAX = 100_000;

  private final Engine engine;
  private final Path directory;
  private long value;

  private ShortOfFiles(Engine engine, Path directory) {
    this.engine = engine;
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    Engine engine = Engine.valueOf(arguments[0].toUpperCase(Locale.ROOT));
    ShortOfFiles program = new ShortOfFiles(engine, Path.of(arguments[1]));
    loadClasses();
    program.run();
    program.verify();
  }

  /** A subtask with its state, on an engine of its own. */
  private record Job(
      StateBackend backend,
      CheckpointStorage storage,
      CheckpointCoordinator coordinator,
      Subtask subtask,
      KeyedStateBackend<Long> keyed)
      implements AutoCloseable {

    static Job open(Engine engine, Path directory, CheckpointStorage storage) {
      StateBackend backend = engine.open(directory.resolve("work"));
      CheckpointCoordinator coordinator = CheckpointCoordinator.builder(storage).open();
      Subtask subtask = coordinator.subtask("operator").maxParallelism(8).open();
      return new Job(
          backend, storage, coordinator, subtask, subtask.keyed(backend, Serializers.LONG));
    }

    void update(long value) {
      ValueState<Long> count = keyed.value(COUNT);
      for (long key = 0; key < KEY_COUNT; key++) {
        keyed.setCurrentKey(key);
        count.update(value + key);
      }
    }

    /** Takes a checkpoint, and says how it ended. */
    String checkpoint() throws InterruptedException, TimeoutException {
      try {
        CompletableFuture<CompletedCheckpoint> future = coordinator.trigger();
        boolean unused = subtask.snapshotIfPending();
        return "completed " + future.get(60, TimeUnit.SECONDS).id();
      } catch (ExecutionException e) {
        return String.valueOf(e.getCause());
      } catch (StateException e) {
        return "refused, " + e;
      }
    }

    @Override
    public void close() {
      coordinator.stop();
      subtask.close();
      coordinator.close();
      backend.close();
      storage.close();
    }
  }

  /**
   * Loads all classes that are in files of their own, since each of them has to be opened. In a
   * program they are in archives, which are open.
   */
  private static void loadClasses() throws IOException {
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path root = Path.of(entry);
      if (Files.isDirectory(root.resolve("io"))) {
        try (Stream<Path> files = Files.walk(root.resolve("io"))) {
          files
              .map(file -> root.relativize(file).toString())
              .filter(file -> file.endsWith(".class"))
              .map(file -> file.replace(".class", "").replace(File.separatorChar, '.'))
              .forEach(ShortOfFiles::load);
        }
      }
    }
  }

  private static void load(String name) {
    try {
      Class<?> unused = Class.forName(name, false, ShortOfFiles.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      // One that needs what is not here is not needed here either.
      System.out.println("not loaded: " + name);
    }
  }

  private void run() throws Exception {
    CheckpointStorage storage = FileCheckpointStorage.open(directory.resolve("checkpoints"));
    try (Job job = Job.open(engine, directory, storage)) {
      job.update(++value);
      System.out.println("before: " + job.checkpoint());
      job.update(++value);
      List<Closeable> files = openAllThereAre();
      String during;
      try {
        during = job.checkpoint();
      } finally {
        for (Closeable file : files) {
          file.close();
        }
      }
      System.out.println("while short of files: " + during);
      String after = "";
      for (int i = 0; i < TRIES_MAX && !after.startsWith("completed"); i++) {
        after = job.checkpoint();
      }
      System.out.println("after: " + after);
    }
  }

  private static List<Closeable> openAllThereAre() {
    List<Closeable> files = new ArrayList<>();
    try {
      while (files.size() < FILES_MAX) {
        files.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException e) {
      return files;
    }
    throw new IllegalStateException("any number of files can be open");
  }

  private void verify() {
    CheckpointStorage storage = FileCheckpointStorage.open(directory.resolve("checkpoints"));
    try (Job job = Job.open(engine, directory, storage)) {
      ValueState<Long> count = job.keyed().value(COUNT);
      for (long key = 0; key < KEY_COUNT; key++) {
        job.keyed().setCurrentKey(key);
        if (!Long.valueOf(value + key).equals(count.value())) {
          throw new IllegalStateException(
              "wrong: key=%d, expected=%d, actual=%s".formatted(key, value + key, count.value()));
        }
      }
      System.out.println("verified");
    }
  }
}
