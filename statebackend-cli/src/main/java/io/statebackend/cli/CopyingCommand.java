// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.SavepointCopy;
import io.statebackend.core.snapshot.Compression;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the commands have in common that make a new savepoint of a checkpoint. */
abstract class CopyingCommand extends CheckpointCommand {
  @Mixin private ChosenCheckpoint chosen = new ChosenCheckpoint();

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "The directory that gets the savepoint; no program may be using it.")
  private String target = "";

  @Option(
      names = "--name",
      required = true,
      paramLabel = "NAME",
      description = "The name of the savepoint.")
  private String name = "";

  @Option(
      names = "--compression",
      paramLabel = "CODEC",
      defaultValue = "none",
      description = "none or lz4. Default: ${DEFAULT-VALUE}.")
  private String compression = "none";

  /** Says what is to be different in the copy. */
  abstract void change(CheckpointReader reader, SavepointCopy copy);

  @Override
  public final Integer call() {
    try (Location place = chosen.open();
        CheckpointReader reader = chosen.reader(place)) {
      SavepointCopy copy = new SavepointCopy(reader);
      String directory;
      try {
        copy.compression(codec());
        change(reader, copy);
        try (CheckpointStorage storage = Location.target(target)) {
          directory = copy.write(storage, name);
        }
      } catch (IllegalArgumentException e) {
        throw new UsageException(String.valueOf(e.getMessage()));
      }
      if (json) {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        tree.put("from", reader.location());
        tree.put("to", target);
        tree.put("directory", directory);
        json(tree);
      } else {
        console().line("%s is now %s in %s".formatted(reader.location(), directory, target));
      }
    }
    return ExitStatus.FINE;
  }

  private Compression codec() {
    return switch (compression.toLowerCase(Locale.ROOT)) {
      case "none" -> Compression.NONE;
      case "lz4" -> Compression.LZ4;
      default -> throw new UsageException("--compression is none or lz4: " + compression);
    };
  }
}
