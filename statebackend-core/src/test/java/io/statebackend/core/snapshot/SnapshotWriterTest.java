// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static io.statebackend.core.snapshot.TestSerializer.BYTES;
import static io.statebackend.core.snapshot.TestSerializer.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import io.statebackend.api.KeyGroupRange;
import io.statebackend.api.StateIoException;
import io.statebackend.api.StateKind;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.api.storage.StorageOutput;
import io.statebackend.core.storage.MemoryCheckpointStorage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class SnapshotWriterTest {
  private final MemoryCheckpointStorage storage = MemoryCheckpointStorage.create();

  @AfterEach
  void close() {
    storage.close();
  }

  private SnapshotWriter open(SnapshotHeader header) {
    return SnapshotWriter.open(storage.create(Snapshots.FILE), header);
  }

  private byte[] bytes() {
    return Snapshots.bytes(storage, Snapshots.FILE);
  }

  @Test
  void finish_returnsLengthAndChecksumOfTheFile() {
    SnapshotFile file;
    try (SnapshotWriter writer = open(Snapshots.headerOfLongs(Compression.NONE))) {
      writer.write(0, 0, Entry.cursor(List.of(Entry.ofLongs(1, 2), Entry.ofLongs(3, 4))));
      file = writer.finish();
    }
    byte[] bytes = bytes();
    assertThat(file)
        .isEqualTo(new SnapshotFile(bytes.length, Checksums.crc32c(bytes, 0, bytes.length), 2));
    Checksums.verifyFile(
        storage.open(Snapshots.FILE), Snapshots.FILE, file.length(), file.crc32c());
  }

  @Test
  void finish_nothingWritten() {
    try (SnapshotWriter writer = open(Snapshots.headerOfAllKinds(Compression.NONE))) {
      writer.write(0, 4, Entry.cursor(List.of()));
      assertThat(writer.finish().entryCount()).isZero();
    }
    assertThat(Snapshots.read(bytes())).isEmpty();
    try (SnapshotReader reader = Snapshots.open(bytes())) {
      assertThat(reader.entries(0, 4).next()).isFalse();
      assertThat(reader.entries(0, 4).entryCount()).isZero();
    }
  }

  @Test
  void close_withoutFinish() {
    try (SnapshotWriter writer = open(Snapshots.headerOfLongs(Compression.NONE))) {
      writer.write(0, 0, Entry.cursor(List.of(Entry.ofLongs(1, 2))));
    }
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void write_severalTimesForOneSection() {
    try (SnapshotWriter writer = open(Snapshots.headerOfLongs(Compression.NONE))) {
      writer.write(0, 0, Entry.cursor(List.of(Entry.ofLongs(1, 2))));
      writer.write(0, 0, Entry.cursor(List.of(Entry.ofLongs(3, 4))));
      writer.finish();
    }
    try (SnapshotReader reader = Snapshots.open(bytes())) {
      assertThat(Entry.drain(reader.entries(0, 0)))
          .containsExactly(Entry.ofLongs(1, 2), Entry.ofLongs(3, 4));
    }
  }

  @Test
  void write_outOfOrder() {
    try (SnapshotWriter writer = open(Snapshots.headerOfAllKinds(Compression.NONE))) {
      writer.write(1, 5, Entry.cursor(List.of()));
      assertThatThrownBy(() -> writer.write(0, 5, Entry.cursor(List.of())))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("by key group, then by state");
      assertThatThrownBy(() -> writer.write(2, 4, Entry.cursor(List.of())))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(
              () -> writer.write(5, SnapshotWriter.OPERATOR_STATE, Entry.cursor(List.of())))
          .isInstanceOf(IllegalArgumentException.class);
      writer.write(1, 5, Entry.cursor(List.of()));
    }
  }

  @Test
  void write_noSuchSection() {
    try (SnapshotWriter writer = open(Snapshots.headerOfAllKinds(Compression.NONE))) {
      for (int[] place : new int[][] {{8, 4}, {-1, 4}, {0, 3}, {0, 8}, {0, -1}, {5, 4}}) {
        assertThatThrownBy(() -> writer.write(place[0], place[1], Entry.cursor(List.of())))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("no such section");
      }
    }
  }

  @Test
  void write_failingSerializer() {
    EntryCursor failing =
        new EntryCursor() {
          @Override
          public boolean next() {
            return true;
          }

          @Override
          public void writeKey(BinaryOutput out) {
            out.writeLong(1);
          }

          @Override
          public void writeNamespace(BinaryOutput out) {}

          @Override
          public void writeValue(BinaryOutput out) {
            throw new ClassCastException("no Order");
          }

          @Override
          public void close() {}
        };
    try (SnapshotWriter writer = open(Snapshots.headerOfLongs(Compression.NONE))) {
      assertThatThrownBy(() -> writer.write(0, 0, failing))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("state=count")
          .hasMessageContaining("operator=op")
          .hasMessageContaining("no Order")
          .hasCauseInstanceOf(ClassCastException.class);
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
    }
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void write_otherLengthThanDeclared() {
    EntryCursor entries = Entry.cursor(List.of(new Entry("00", "", "00")));
    try (SnapshotWriter writer = open(Snapshots.headerOfLongs(Compression.NONE))) {
      assertThatThrownBy(() -> writer.write(0, 0, entries))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("state=count")
          .hasMessageContaining("fixedLength=8, written=1");
    }
  }

  @Test
  void write_fullDisk() {
    SnapshotHeader header = Snapshots.headerOfLongs(Compression.NONE);
    var full = new FullOutput(300 << 10);
    try (SnapshotWriter writer = SnapshotWriter.open(full, header)) {
      assertThatThrownBy(
              () ->
                  writer.write(
                      0,
                      0,
                      Entry.cursor(Snapshots.entriesOfLongs(100_000).values().iterator().next())))
          .isInstanceOf(StateIoException.class)
          .hasMessage("disk full");
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
    }
    assertThat(full.isClosed).isTrue();
  }

  @Test
  void open_fullDisk() {
    var full = new FullOutput(0);
    SnapshotHeader header = Snapshots.headerOfLongs(Compression.NONE);
    try (SnapshotWriter writer = SnapshotWriter.open(full, header)) {
      assertThatThrownBy(writer::finish).isInstanceOf(StateIoException.class);
    }
    assertThat(full.isClosed).isTrue();
  }

  /** An output with room for a number of bytes. */
  private static final class FullOutput implements StorageOutput {
    private long room;
    boolean isClosed;

    FullOutput(long room) {
      this.room = room;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      room -= length;
      if (room < 0) {
        throw new StateIoException("disk full");
      }
    }

    @Override
    public void commit() {
      throw new AssertionError("must not be committed");
    }

    @Override
    public void close() {
      isClosed = true;
    }
  }

  @Test
  void write_largeEntriesBetweenSmallOnes() {
    SnapshotHeader header =
        new SnapshotHeader(
            1,
            "op",
            0,
            1,
            1,
            new KeyGroupRange(0, 0),
            FieldMeta.of(LONG),
            Compression.LZ4,
            List.of(
                new StateMeta(
                    "blob", StateKind.VALUE, FieldMeta.VOID, FieldMeta.VOID, FieldMeta.of(BYTES))));
    int[] lengths = {10, 64 << 20, 10, 300 << 10, 20 << 20, 0, 1};
    try (SnapshotWriter writer = open(header)) {
      writer.write(0, 0, new BlobCursor(lengths));
      writer.finish();
    }
    try (SnapshotReader reader = Snapshots.open(bytes())) {
      reader.verify();
      EntrySource entries = reader.entries(0, 0);
      for (int i = 0; i < lengths.length; i++) {
        assertThat(entries.next()).isTrue();
        assertThat(entries.key().readLong()).isEqualTo(i);
        assertThat(entries.value().remaining()).isEqualTo(lengths[i]);
        while (entries.value().remaining() > 0) {
          if (entries.value().readByte() != (byte) i) {
            throw new AssertionError("wrong byte in entry " + i);
          }
        }
      }
      assertThat(entries.next()).isFalse();
      // Each large entry has a block, and what lies between two of them has one.
      assertThat(reader.index().find(0, 0).blockCount()).isEqualTo(6);
    }
  }

  /** Values of given lengths, filled with their index. */
  private static final class BlobCursor implements EntryCursor {
    private final int[] lengths;
    private int at = -1;

    BlobCursor(int[] lengths) {
      this.lengths = lengths;
    }

    @Override
    public boolean next() {
      return ++at < lengths.length;
    }

    @Override
    public void writeKey(BinaryOutput out) {
      out.writeLong(at);
    }

    @Override
    public void writeNamespace(BinaryOutput out) {}

    @Override
    public void writeValue(BinaryOutput out) {
      out.write(Snapshots.filled(lengths[at], at), 0, lengths[at]);
    }

    @Override
    public void close() {}
  }

  @Test
  void copy_fromSeveralSnapshots() {
    List<Entry> first = Snapshots.entriesOfLongs(50_000).values().iterator().next();
    List<Entry> second = List.of(Entry.ofLongs(-1, -2), Entry.ofLongs(-3, -4));
    List<Entry> own = List.of(Entry.ofLongs(-5, -6));
    SnapshotHeader header = headerOfTwo();
    byte[] source =
        Snapshots.write(Snapshots.headerOfLongs(Compression.LZ4), Snapshots.entriesOfLongs(50_000));
    byte[] otherSource =
        Snapshots.write(
            Snapshots.headerOfLongs(Compression.NONE),
            new TreeMap<>(Map.of(new Snapshots.Place(0, 0), second)));
    try (SnapshotWriter writer = open(header);
        SnapshotReader from = Snapshots.open(source);
        SnapshotReader other = Snapshots.open(otherSource)) {
      writer.write(0, 0, Entry.cursor(own));
      writer.write(1, 0, Entry.cursor(own));
      writer.copy(1, 0, from, 0);
      writer.copy(1, 0, other, 0);
      writer.write(1, 0, Entry.cursor(own));
      assertThat(writer.finish().entryCount()).isEqualTo(50_005);
    }
    List<Entry> expected = new ArrayList<>(own);
    expected.addAll(first);
    expected.addAll(second);
    expected.addAll(own);
    try (SnapshotReader reader = Snapshots.open(bytes())) {
      reader.verify();
      assertThat(Entry.drain(reader.entries(0, 0))).isEqualTo(own);
      assertThat(Entry.drain(reader.entries(1, 0))).isEqualTo(expected);
    }
  }

  private static SnapshotHeader headerOfTwo() {
    FieldMeta int64 = FieldMeta.of(LONG);
    return new SnapshotHeader(
        2,
        "op",
        0,
        1,
        1,
        new KeyGroupRange(0, 0),
        int64,
        Compression.NONE,
        List.of(
            new StateMeta("declared", StateKind.VALUE, FieldMeta.VOID, FieldMeta.VOID, int64),
            new StateMeta("carried", StateKind.VALUE, FieldMeta.VOID, FieldMeta.VOID, int64)));
  }

  @Test
  void copy_sectionThatIsNotThere() {
    byte[] source = Snapshots.write(Snapshots.headerOfLongs(Compression.NONE), new TreeMap<>());
    try (SnapshotWriter writer = open(headerOfTwo());
        SnapshotReader from = Snapshots.open(source)) {
      writer.copy(1, 0, from, 0);
      assertThat(writer.finish().entryCount()).isZero();
    }
  }

  @Test
  void copy_damagedSnapshot() {
    byte[] source =
        Snapshots.write(Snapshots.headerOfLongs(Compression.NONE), Snapshots.entriesOfLongs(9));
    source[source.length - 100] ^= 1;
    try (SnapshotWriter writer = open(headerOfTwo());
        SnapshotReader from = Snapshots.open(source)) {
      assertThatThrownBy(() -> writer.copy(1, 0, from, 0))
          .isInstanceOf(CorruptStateException.class);
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
    }
    assertThat(storage.list("")).isEmpty();
  }

  @Test
  void copy_stateOfAnotherForm() {
    byte[] source =
        Snapshots.write(
            Snapshots.headerOfAllKinds(Compression.NONE), Snapshots.entriesOfAllKinds());
    try (SnapshotWriter writer = open(headerOfTwo());
        SnapshotReader from = Snapshots.open(source)) {
      assertThatThrownBy(() -> writer.copy(1, 0, from, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("in the form it has");
    }
  }
}
