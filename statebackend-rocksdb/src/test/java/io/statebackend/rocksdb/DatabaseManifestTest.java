// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** What is read of a manifest is what RocksDB knows, and RocksDB opens what was changed. */
final class DatabaseManifestTest {
  private static final int KEY_GROUPS = 30;
  private static final int KEYS_PER_GROUP = 30;

  /** So that the manifest of some families takes more than one block. */
  private static final int KEY_BYTES = 200;

  @TempDir private Path directory;

  @BeforeEach
  void loadLibrary() {
    NativeLibrary.load();
  }

  /** What is done with an open database. */
  private interface Work {
    void run(RocksDB database, List<ColumnFamilyHandle> families) throws RocksDBException;
  }

  private void open(int familyCount, Work work) throws RocksDBException {
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options =
            new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
        ColumnFamilyOptions family = new ColumnFamilyOptions().setTargetFileSizeBase(4 << 10)) {
      List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
      descriptors.add(new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family));
      for (int i = 1; i < familyCount; i++) {
        descriptors.add(new ColumnFamilyDescriptor(("family-" + i).getBytes(UTF_8), family));
      }
      try (RocksDB database = RocksDB.open(options, directory.toString(), descriptors, handles)) {
        try {
          work.run(database, handles);
        } finally {
          handles.forEach(ColumnFamilyHandle::close);
        }
      }
    }
  }

  /** Fills families: files of one key group each, some of them compacted, and some of all. */
  private void fill(int familyCount) throws RocksDBException {
    open(
        familyCount,
        (database, families) -> {
          for (ColumnFamilyHandle family : families) {
            for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup++) {
              put(database, family, keyGroup, "first");
              flush(database, family);
              if (keyGroup == KEY_GROUPS / 2) {
                database.compactRange(family);
              }
            }
          }
          ColumnFamilyHandle last = families.get(familyCount - 1);
          for (int keyGroup = 0; keyGroup < KEY_GROUPS; keyGroup += 3) {
            put(database, last, keyGroup, "second");
          }
          flush(database, last);
          database.deleteRange(last, key(4, 0), key(6, 0));
          flush(database, last);
        });
  }

  private static void put(RocksDB database, ColumnFamilyHandle family, int keyGroup, String text)
      throws RocksDBException {
    for (int i = 0; i < KEYS_PER_GROUP; i++) {
      database.put(family, key(keyGroup, i), (text + "-".repeat(100)).getBytes(UTF_8));
    }
  }

  private static void flush(RocksDB database, ColumnFamilyHandle family) throws RocksDBException {
    try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
      database.flush(wait, family);
    }
  }

  private static byte[] key(int keyGroup, int number) {
    byte[] key = new byte[KEY_BYTES];
    key[0] = (byte) (keyGroup >> 8);
    key[1] = (byte) keyGroup;
    key[2] = (byte) number;
    return key;
  }

  private Path manifest() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found =
          files.filter(file -> String.valueOf(file.getFileName()).startsWith("MANIFEST-")).toList();
      assertThat(found).hasSize(1);
      return found.get(0);
    }
  }

  private static boolean isOutside(LiveFileMetaData file, byte[] from, byte[] to) {
    return Arrays.compareUnsigned(file.largestKey(), from) < 0
        || Arrays.compareUnsigned(file.smallestKey(), to) >= 0;
  }

  private static Set<String> content(
      RocksDB database, List<ColumnFamilyHandle> families, byte[] from, byte[] to)
      throws RocksDBException {
    Set<String> entries = new TreeSet<>();
    for (ColumnFamilyHandle family : families) {
      try (RocksIterator iterator = database.newIterator(family)) {
        for (iterator.seek(from);
            iterator.isValid() && Arrays.compareUnsigned(iterator.key(), to) < 0;
            iterator.next()) {
          entries.add(
              "%d %s %s"
                  .formatted(
                      family.getID(),
                      HexFormat.of().formatHex(iterator.key()),
                      new String(iterator.value(), UTF_8)));
        }
        iterator.status();
      }
    }
    return entries;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void removeOutside_isWhatRocksDbKnows(int familyCount) throws RocksDBException, IOException {
    fill(familyCount);
    byte[] from = key(7, 0);
    byte[] to = key(9, 0);
    Set<String> expected = new TreeSet<>();
    Set<String> content = new TreeSet<>();
    open(
        familyCount,
        (database, families) -> {
          content.addAll(content(database, families, from, to));
          for (LiveFileMetaData file : database.getLiveFilesMetaData()) {
            if (isOutside(file, from, to)) {
              expected.add(file.fileName().substring(1));
            }
          }
        });
    assertThat(expected).as("files outside").hasSizeGreaterThan(familyCount * 3);

    if (familyCount > 1) {
      assertThat(Files.size(manifest())).as("more than one block").isGreaterThan(32 << 10);
    }
    DatabaseManifest manifest = Objects.requireNonNull(DatabaseManifest.read(manifest()));
    Set<String> removed = manifest.removeOutside(from, to);
    for (String name : removed) {
      Files.delete(directory.resolve(name));
    }

    assertThat(removed).isEqualTo(expected);
    open(
        familyCount,
        (database, families) -> {
          assertThat(content(database, families, from, to)).isEqualTo(content);
          Set<String> left =
              database.getLiveFilesMetaData().stream()
                  .filter(file -> isOutside(file, from, to))
                  .map(LiveFileMetaData::fileName)
                  .collect(Collectors.toSet());
          assertThat(left).as("files outside that are left").isEmpty();
        });
  }

  @Test
  void removeOutside_again_findsNothing() throws RocksDBException, IOException {
    fill(2);
    Objects.requireNonNull(DatabaseManifest.read(manifest())).removeOutside(key(1, 0), key(2, 0));

    DatabaseManifest again = Objects.requireNonNull(DatabaseManifest.read(manifest()));

    assertThat(again.removeOutside(key(1, 0), key(2, 0))).isEmpty();
  }

  /** Whatever is damaged, nothing is told of the files. */
  @Test
  void read_damaged() throws RocksDBException, IOException {
    fill(1);
    Path manifest = manifest();
    byte[] bytes = Files.readAllBytes(manifest);
    assertThat(bytes.length).as("one block, so that no byte is padding").isLessThan(32 << 10);
    for (int i = 0; i < bytes.length; i += 7) {
      byte[] damaged = bytes.clone();
      damaged[i] ^= 1;
      Files.write(manifest, damaged);
      assertThat(DatabaseManifest.read(manifest)).as("byte %d flipped", i).isNull();
    }
  }
}
