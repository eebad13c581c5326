// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.CheckpointSummary;
import io.statebackend.core.reader.CheckpointSummary.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Lists checkpoints and savepoints. */
@Command(
    name = "list",
    description = {
      "Lists the checkpoints and savepoints of a directory: size, time, and whether each is"
          + " complete.",
      "",
      "Looks at metadata and at the lengths of files. What is in the files is read by verify only."
          + " The status is 1 if a checkpoint is damaged."
    })
final class ListCommand extends CheckpointCommand {
  @Parameters(paramLabel = "LOCATION", description = "The directory that holds the checkpoints.")
  private String location = "";

  @Override
  public Integer call() {
    try (Location place = Location.open(location)) {
      List<CheckpointSummary> summaries = summaries(place);
      if (json) {
        summaries.forEach(summary -> json(tree(summary)));
      } else if (summaries.isEmpty()) {
        console().line("no checkpoints in " + place.storage().location());
      } else {
        show(summaries);
      }
      boolean isFine = summaries.stream().noneMatch(s -> s.status() == Status.DAMAGED);
      return isFine ? ExitStatus.FINE : ExitStatus.DIFFERENT;
    }
  }

  private static List<CheckpointSummary> summaries(Location place) {
    return CheckpointReader.list(place.storage()).stream()
        .filter(s -> place.directory() == null || s.directory().equals(place.directory()))
        .toList();
  }

  private void show(List<CheckpointSummary> summaries) {
    List<List<String>> rows = new ArrayList<>();
    for (CheckpointSummary summary : summaries) {
      Instant time = summary.timestamp();
      rows.add(
          List.of(
              summary.directory(),
              summary.checkpointId() == 0 ? "" : Long.toString(summary.checkpointId()),
              time == null ? "" : TimeTexts.instant(time),
              time == null ? "" : Console.size(summary.sizeBytes()),
              time == null ? "" : Console.size(summary.ownBytes()),
              summary.status().toString().toLowerCase(Locale.ROOT)));
    }
    console()
        .table(List.of("directory", ">id", "published", ">size", ">own files", "status"), rows);
    for (CheckpointSummary summary : summaries) {
      if (!summary.problem().isEmpty() && summary.status() != Status.UNFINISHED) {
        console().line("");
        console().line(console().styled("red", summary.directory()) + ": " + summary.problem());
      }
    }
  }

  private static Map<String, @Nullable Object> tree(CheckpointSummary summary) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("directory", summary.directory());
    tree.put("status", summary.status().toString().toLowerCase(Locale.ROOT));
    tree.put("id", summary.checkpointId());
    tree.put("savepoint", summary.savepoint());
    tree.put("published", JsonTree.of(summary.timestamp()));
    tree.put("bytes", summary.sizeBytes());
    tree.put("ownBytes", summary.ownBytes());
    tree.put("problem", summary.problem());
    return tree;
  }
}
