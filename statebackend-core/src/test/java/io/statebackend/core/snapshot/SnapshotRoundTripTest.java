// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class SnapshotRoundTripTest {

  @ParameterizedTest
  @EnumSource
  void read_allKinds(Compression compression) {
    SnapshotHeader header = Snapshots.headerOfAllKinds(compression);
    byte[] bytes = Snapshots.write(header, Snapshots.entriesOfAllKinds());

    try (SnapshotReader reader = Snapshots.open(bytes)) {
      assertThat(reader.header()).isEqualTo(header);
    }
    assertThat(Snapshots.read(bytes)).isEqualTo(Snapshots.entriesOfAllKinds());
  }

  @ParameterizedTest
  @EnumSource
  void read_manyBlocks(Compression compression) {
    var entries = Snapshots.entriesOfLongs(100_000);
    byte[] bytes = Snapshots.write(Snapshots.headerOfLongs(compression), entries);

    assertThat(Snapshots.read(bytes)).isEqualTo(entries);
    try (SnapshotReader reader = Snapshots.open(bytes)) {
      assertThat(reader.entryCount(0, 0)).isEqualTo(100_000);
      assertThat(reader.entryCount(0)).isEqualTo(100_000);
      assertThat(reader.index().find(0, 0).blockCount()).isEqualTo(7);
    }
  }
}
