// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.KeyGroupRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The examples in the format specifications are what the code writes. */
final class FormatDocumentsTest {
  private static final Path DOCUMENTS = Path.of("..", "docs", "format");
  private static final Pattern LINE =
      Pattern.compile("([0-9a-f]{4})  ((?:[0-9a-f]{2} ?)+)(?: .*)?");

  /** Reads the lines {@code offset bytes comment} of a page; checks the offsets. */
  private static String example(String page) throws IOException {
    StringBuilder hex = new StringBuilder();
    for (String line : Files.readAllLines(DOCUMENTS.resolve(page))) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        assertThat(Integer.parseInt(matcher.group(1), 16)).as(line).isEqualTo(hex.length() / 2);
        hex.append(matcher.group(2).replace(" ", ""));
      }
    }
    return hex.toString();
  }

  @Test
  void snapshot_example() throws IOException {
    byte[] bytes =
        Snapshots.write(Snapshots.headerOfLongs(Compression.NONE), Snapshots.entriesOfLongs(2));
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(example("snapshot-v1.md"));
  }

  @Test
  void metadata_example() throws IOException {
    CheckpointMetadata metadata =
        new CheckpointMetadata(
            1,
            1_700_000_000_000L,
            null,
            List.of(
                new OperatorSnapshots(
                    "op",
                    1,
                    1,
                    List.of(
                        new SubtaskSnapshot(
                            0,
                            new KeyGroupRange(0, 0),
                            new FileRef("op-0", 272, 0xb79dad4c),
                            null)))));
    assertThat(HexFormat.of().formatHex(metadata.encode()))
        .isEqualTo(example("checkpoint-metadata-v1.md"));
  }
}
