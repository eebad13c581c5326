// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench;

import io.statebackend.bench.DurableSubject.Checkpoint;
import io.statebackend.bench.DurableSubject.DurableState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Measures checkpoints between which a tenth of the entries changes: how long the owner's part
 * takes, how long the whole does, and how many bytes are written for each entry that changed. The
 * owner goes on meanwhile, with the tenth that is next.
 *
 * @param <K> the type of the keys
 * @param <V> the type of the values
 */
final class IncrementProgram<K, V> {
  private static final int PARTS = 10;

  private final Backend backend;
  private final Entries<K, V> entries;
  private final int keyCount;
  private final Effort effort;
  private final int[] numbers;

  IncrementProgram(Backend backend, Entries<K, V> entries, int keyCount, Effort effort) {
    this.backend = backend;
    this.entries = entries;
    this.keyCount = keyCount;
    this.effort = effort;
    this.numbers = Distribution.UNIFORM.numbers(keyCount);
  }

  Figures run() {
    Figures figures = new Figures();
    try (OpenSubject subject = OpenSubject.of(backend, keyCount)) {
      Path directory = subject.checkpoints();
      DurableState<K, V> state = subject.durable().create(entries, directory);
      for (int number = 0; number < keyCount; number++) {
        state.update(entries.key(number), entries.value(number));
      }
      state.beginCheckpoint().await();
      figures.add("first_checkpoint_bytes", (double) newBytes(directory, Map.of()));
      round(state, directory, 0, new Figures());
      for (int round = 1; round <= effort.rounds(); round++) {
        round(state, directory, round, figures);
      }
    }
    return figures;
  }

  /** Returns a cursor over the keys of a part, each once in a random order. */
  private KeyCursor<K> part(int round) {
    int size = keyCount / PARTS;
    int from = round % PARTS * size;
    return entries.cursor(Arrays.copyOfRange(numbers, from, from + size));
  }

  private void round(DurableState<K, V> state, Path directory, int round, Figures figures) {
    Phase<K, V> before = new Phase<>(state, entries, part(round));
    before.operateUntil(() -> before.operationCount() >= keyCount / PARTS);
    Map<Path, Long> earlier = files(directory);
    long start = System.nanoTime();
    Checkpoint checkpoint = state.beginCheckpoint();
    long frozen = System.nanoTime();
    Phase<K, V> during = new Phase<>(state, entries, part(round + 1));
    during.operateUntil(checkpoint::isComplete);
    long end = System.nanoTime();
    checkpoint.await();
    long bytes = newBytes(directory, earlier);
    figures.add("freeze_ms", (frozen - start) / 1e6);
    figures.add("checkpoint_ms", (end - start) / 1e6);
    figures.add("new_bytes", (double) bytes);
    figures.add("new_bytes_per_changed_entry", bytes * (double) PARTS / keyCount);
    figures.add("before_ops_ms", before.operationsPerMilli());
    if (during.operationCount() > 0) {
      figures.add("during_ops_ms", during.operationsPerMilli());
    }
    figures.add("stall_during_ms", during.stallMillis());
    figures.add("stall_during_without_gc_ms", during.stallWithoutCollectionMillis());
  }

  private static long newBytes(Path directory, Map<Path, Long> earlier) {
    Map<Path, Long> added = files(directory);
    added.keySet().removeAll(earlier.keySet());
    return added.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Returns the files beneath a directory with their sizes. Those of the checkpoint before may be
   * deleted meanwhile.
   */
  private static Map<Path, Long> files(Path directory) {
    Map<Path, Long> sizes = new HashMap<>();
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              sizes.put(file, attributes.size());
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sizes;
  }
}
