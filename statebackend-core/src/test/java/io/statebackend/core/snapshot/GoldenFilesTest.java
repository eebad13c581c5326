// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Files of every released version stay readable, and version 1 is written as it was. */
final class GoldenFilesTest {

  @Test
  void snapshot_read() {
    byte[] bytes = GoldenFiles.read(GoldenFiles.SNAPSHOT);
    assertThat(Snapshots.read(bytes)).isEqualTo(GoldenFiles.snapshotEntries());
    try (SnapshotReader reader = Snapshots.open(bytes)) {
      assertThat(reader.header()).isEqualTo(Snapshots.headerOfAllKinds(Compression.NONE));
      assertThat(reader.index().find(0, 4).blockCount()).isEqualTo(3);
    }
  }

  @Test
  void snapshot_write() {
    assertThat(GoldenFiles.writeSnapshot()).isEqualTo(GoldenFiles.read(GoldenFiles.SNAPSHOT));
  }

  @Test
  void lz4_read() {
    byte[] bytes = GoldenFiles.read(GoldenFiles.SNAPSHOT_LZ4);
    assertThat(Snapshots.read(bytes)).isEqualTo(GoldenFiles.lz4Entries());
    try (SnapshotReader reader = Snapshots.open(bytes)) {
      assertThat(reader.header()).isEqualTo(GoldenFiles.lz4Header());
      SectionBlocks blocks = reader.blocks(reader.index().find(0, 0));
      assertThat(blocks.next()).isTrue();
      assertThat(blocks.header().codec()).isEqualTo(Compression.LZ4);
      assertThat(blocks.next()).isTrue();
      assertThat(blocks.header().codec()).isEqualTo(Compression.LZ4);
      assertThat(blocks.next()).isTrue();
      assertThat(blocks.header().codec()).isEqualTo(Compression.NONE);
      assertThat(blocks.next()).isFalse();
    }
  }

  @Test
  void ttl_readAndWrite() {
    byte[] bytes = GoldenFiles.read(GoldenFiles.SNAPSHOT_TTL);
    assertThat(Snapshots.read(bytes)).isEqualTo(GoldenFiles.ttlEntries());
    try (SnapshotReader reader = Snapshots.open(bytes)) {
      assertThat(reader.header()).isEqualTo(GoldenFiles.ttlHeader());
    }
    assertThat(GoldenFiles.writeTtl()).isEqualTo(bytes);
  }

  @Test
  void metadata_read() {
    assertThat(CheckpointMetadata.decode(GoldenFiles.read(GoldenFiles.METADATA), "golden"))
        .isEqualTo(CheckpointMetadataTest.example());
  }

  @Test
  void metadata_write() {
    assertThat(CheckpointMetadataTest.example().encode())
        .isEqualTo(GoldenFiles.read(GoldenFiles.METADATA));
  }
}
