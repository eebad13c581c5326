// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.nio.file.Path;

/** How fast are snapshots of many small entries? Takes a directory to write to. */
final class SnapshotSpeed {
  private static final int ENTRY_COUNT = 5_000_000;

  private SnapshotSpeed() {}

  public static void main(String[] args) {
    try (FileCheckpointStorage storage = FileCheckpointStorage.open(Path.of(args[0]))) {
      for (int round = 0; round < 6; round++) {
        for (Compression compression : Compression.values()) {
          run(storage, compression);
        }
      }
    }
  }

  private static void run(FileCheckpointStorage storage, Compression compression) {
    String file = "chk-1/" + compression;
    storage.delete(file);
    long start = System.nanoTime();
    SnapshotFile written;
    long synced;
    try (SnapshotWriter writer =
        SnapshotWriter.open(storage.create(file), Snapshots.headerOfLongs(compression))) {
      writer.write(0, 0, new Longs());
      synced = System.nanoTime();
      written = writer.finish();
    }
    long middle = System.nanoTime();
    long sum = 0;
    try (SnapshotReader reader = SnapshotReader.open(storage.open(file), file)) {
      EntrySource entries = reader.entries(0, 0);
      while (entries.next()) {
        sum += entries.key().readLong() + entries.value().readLong();
      }
    }
    long end = System.nanoTime();
    double megabytes = ENTRY_COUNT * 16 / 1e6;
    System.out.printf(
        "%s: %d bytes, write %.0f MB/s (%.0f ms of %.0f ms were commit), read %.0f MB/s, sum %d%n",
        compression,
        written.length(),
        megabytes / ((synced - start) / 1e9),
        (middle - synced) / 1e6,
        (middle - start) / 1e6,
        megabytes / ((end - middle) / 1e9),
        sum);
  }

  /** Numbers by numbers, made up as they are asked for. */
  private static final class Longs implements EntryCursor {
    private int at = -1;

    @Override
    public boolean next() {
      return ++at < ENTRY_COUNT;
    }

    @Override
    public void writeKey(BinaryOutput out) {
      out.writeLong(at * 0x9E3779B97F4A7C15L);
    }

    @Override
    public void writeNamespace(BinaryOutput out) {}

    @Override
    public void writeValue(BinaryOutput out) {
      out.writeLong(at);
    }

    @Override
    public void close() {}
  }
}
