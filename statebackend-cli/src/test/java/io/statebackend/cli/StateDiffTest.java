// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.cli.RowTable.Change;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StoredState;
import io.statebackend.core.storage.FileCheckpointStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Differences are the same however little room the table has. */
final class StateDiffTest {
  @TempDir private Path directory;

  @ParameterizedTest(name = "room for {0} rows, by key group: {1}")
  @CsvSource({"900,true", "20,true", "900,false", "100,false"})
  void run_anyRoom_findsWhatHasChanged(int rowsMax, boolean byKeyGroup) {
    Path checkpoints = Goldens.checkpoints("memory", directory.resolve("memory"));
    List<String> told = new ArrayList<>();
    StateDiff.Listener listener =
        new StateDiff.Listener() {
          @Override
          public void differs(Change change, Map<String, @Nullable Object> row) {
            told.add(change + " " + row.get("key"));
          }

          @Override
          public boolean wantsRemoved() {
            return true;
          }

          @Override
          public void read() {}
        };
    try (FileCheckpointStorage storage = FileCheckpointStorage.openReadOnly(checkpoints);
        CheckpointReader before = CheckpointReader.open(storage, "chk-1");
        CheckpointReader after = CheckpointReader.open(storage, "chk-2")) {
      StateDiff names = diff(before, after, "name", byKeyGroup, rowsMax, listener);
      names.run();
      // The second checkpoint has no name for each fifth of the 60 keys.
      assertThat(names.removed()).isEqualTo(12);
      assertThat(names.added()).isZero();
      assertThat(names.changed()).isZero();
      assertThat(names.same()).isEqualTo(48);
      assertThat(told).hasSize(12).contains("REMOVED 55");
      told.clear();

      StateDiff counts = diff(before, after, "count", byKeyGroup, rowsMax, listener);
      counts.run();
      // Each third key counts thousands, but for 0.
      assertThat(counts.changed()).isEqualTo(19);
      assertThat(counts.same()).isEqualTo(41);
      assertThat(told).hasSize(19).contains("CHANGED 57");
      told.clear();

      StateDiff visits = diff(before, after, "visits", byKeyGroup, rowsMax, listener);
      visits.run();
      assertThat(visits.added()).isEqualTo(20);
      assertThat(visits.removed() + visits.changed()).isZero();
    }
  }

  private static StateDiff diff(
      CheckpointReader before,
      CheckpointReader after,
      String name,
      boolean byKeyGroup,
      int rowsMax,
      StateDiff.Listener listener) {
    StoredState was = before.state("golden", name).orElseThrow();
    StoredState is = after.state("golden", name).orElseThrow();
    return new StateDiff(
        before, was, after, is, byKeyGroup, new RowTable(rowsMax, 1 << 10), listener);
  }
}
