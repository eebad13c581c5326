// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a snapshot has of each segment is found in the working file, in whatever order. */
final class StoredSegmentsTest {
  private static final int COUNT = 500;

  @TempDir Path directory;
  private final OpenFiles openFiles = new OpenFiles(2);

  private static StoredSegment stored(long id) {
    StoredSegment.Place place = new StoredSegment.Place("file-" + id % 3, id, 100, (int) id);
    return StoredSegment.NOTHING
        .withRange(new StoredSegment.Range(place, 7, 88))
        .withLiveness(new StoredSegment.Liveness(id % 2 == 0, place));
  }

  private static BinaryOutput list(long id) {
    BinaryOutput list = new BinaryOutput();
    for (int i = 0; i < id * 20 % 9_000; i++) {
      list.writeByte((int) id);
    }
    return list;
  }

  /** Adds segments with even numbers. */
  private StoredSegments filled() {
    StoredSegments segments =
        new StoredSegments(new SpillFile(directory.resolve("file"), openFiles, 0), () -> {});
    List<Long> ids = new ArrayList<>();
    for (long id = 0; id < COUNT; id++) {
      ids.add(2 * id);
    }
    Collections.shuffle(ids, new Random(1));
    ids.forEach(id -> segments.add(id, stored(id), list(id)));
    return segments.end();
  }

  @Test
  void read_whatWasAdded() {
    try (StoredSegments segments = filled()) {
      for (long id = 0; id < 2 * COUNT; id++) {
        StoredSegments.Entry entry = segments.read(id);
        if (id % 2 == 1) {
          assertThat(entry).isNull();
        } else {
          assertThat(entry.stored()).isEqualTo(stored(id));
          assertThat(entry.live().readBytes(entry.live().remaining()))
              .isEqualTo(list(id).toByteArray());
        }
      }
      assertThat(segments.files()).containsExactlyInAnyOrder("file-0", "file-1", "file-2");
      assertThat(segments.bytesByFile().values().stream().mapToLong(Long::longValue).sum())
          .isEqualTo(COUNT * 200L);
    }
    assertThat(directory.resolve("file")).doesNotExist();
  }

  @Test
  void without_some_isTheOthers() {
    try (StoredSegments segments = filled()) {
      List<Segment> present = new ArrayList<>();
      for (long id = 0; id < 2 * COUNT; id++) {
        if (id != 10 && id != 700) {
          present.add(new Segment(id, 0, new byte[8]));
        }
      }
      assertThat(segments.without(present)).containsExactly(stored(10), stored(700));
    }
  }

  @Test
  void read_damagedFile() throws IOException {
    try (StoredSegments segments = filled()) {
      Path file = directory.resolve("file");
      byte[] bytes = Files.readAllBytes(file);
      for (int i = 0; i < bytes.length; i++) {
        bytes[i]++;
      }
      Files.write(file, bytes);
      for (long id = 0; id < 2 * COUNT; id += 2) {
        long damaged = id;
        assertThatThrownBy(() -> segments.read(damaged)).isInstanceOf(CorruptStateException.class);
      }
    }
  }

  @Test
  void openFiles_beyondTheLimit_areOpenedAgainWhenTheyAreNeeded() {
    List<SpillFile> files = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      files.add(new SpillFile(directory.resolve("log-" + i), openFiles, 0));
    }
    byte[] bytes = new byte[100];
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < files.size(); i++) {
        bytes[50] = (byte) (i + round);
        files.get(i).write(0, 0, bytes, bytes.length);
        assertThat(openFiles.count()).isLessThanOrEqualTo(2);
      }
      for (int i = 0; i < files.size(); i++) {
        files.get(i).read(0, 0, bytes, bytes.length);
        assertThat(bytes[50]).isEqualTo((byte) (i + round));
      }
    }
    files.forEach(SpillFile::delete);
    assertThat(openFiles.count()).isZero();
    assertThat(directory).isEmptyDirectory();
  }
}
