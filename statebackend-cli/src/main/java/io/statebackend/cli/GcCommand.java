// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.Garbage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells which files no checkpoint refers to. */
@Command(
    name = "gc",
    description = {
      "Tells which files no complete checkpoint refers to. Nothing is deleted.",
      "",
      "A program deletes them by itself when it next opens the directory. While one is running,"
          + " some may belong to a checkpoint that is just being written."
    })
final class GcCommand extends CheckpointCommand {
  @Parameters(paramLabel = "LOCATION", description = "The directory that holds the checkpoints.")
  private String location = "";

  @Option(
      names = "--dry-run",
      required = true,
      description = "Only tells; there is no other way yet.")
  private boolean dryRun;

  @Override
  public Integer call() {
    if (!dryRun) {
      throw new UsageException("only --dry-run is there: programs delete such files themselves");
    }
    try (Location place = Location.open(location)) {
      if (place.directory() != null) {
        throw new UsageException(
            "%s is a checkpoint: name the directory that holds it".formatted(location));
      }
      List<Garbage> files = CheckpointReader.garbage(place.storage());
      long bytes = files.stream().mapToLong(Garbage::sizeBytes).sum();
      if (json) {
        files.forEach(file -> json(tree(file)));
      } else if (files.isEmpty()) {
        console().line("no file that no checkpoint refers to");
      } else {
        console()
            .table(
                List.of("file", ">size"),
                files.stream()
                    .map(file -> List.of(file.path(), Console.size(file.sizeBytes())))
                    .toList());
        console().line("");
        console().line("%s in %d files".formatted(Console.size(bytes), files.size()));
      }
    }
    return ExitStatus.FINE;
  }

  private static Map<String, @Nullable Object> tree(Garbage file) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    tree.put("file", file.path());
    tree.put("bytes", file.sizeBytes());
    return tree;
  }
}
