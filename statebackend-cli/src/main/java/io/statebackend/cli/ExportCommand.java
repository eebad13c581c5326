// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StateEntries;
import io.statebackend.core.reader.StoredOperator;
import io.statebackend.core.reader.StoredState;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes each state into a file. */
@Command(
    name = "export",
    description = {
      "Writes each state into a file of its own: JSON lines, or CSV for tables and databases.",
      "",
      "The files are <operator>.<state>.jsonl or .csv in a directory that is made if it is not"
          + " there; one that is there is not overwritten. Rows are those of cat."
    })
final class ExportCommand extends CheckpointCommand {
  @Mixin private Chosen chosen = new Chosen();

  @Option(names = "--state", paramLabel = "NAME", description = "Which state. Default: all.")
  private @Nullable String state;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "DIR",
      description = "The directory that gets the files.")
  private @Nullable Path target;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "jsonl",
      description = "jsonl or csv. Default: ${DEFAULT-VALUE}.")
  private String format = "jsonl";

  private final Set<String> names = new HashSet<>();

  @Override
  public Integer call() {
    if (!format.equals("jsonl") && !format.equals("csv")) {
      throw new UsageException("--format is jsonl or csv: " + format);
    }
    try (Location place = chosen.open();
        CheckpointReader reader = chosen.reader(place)) {
      if (state != null) {
        export(reader, state(reader, chosen.operator(), state));
      } else {
        for (StoredOperator operator : operators(reader, chosen.operator())) {
          operator.states().forEach(found -> export(reader, found));
        }
      }
    }
    return ExitStatus.FINE;
  }

  private void export(CheckpointReader reader, StoredState exported) {
    Path directory = target == null ? Path.of("") : target;
    Path file = directory.resolve(name(exported) + "." + format);
    long rows;
    try {
      Files.createDirectories(directory);
      try (PrintWriter out =
              new PrintWriter(
                  Files.newBufferedWriter(
                      file, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW));
          StateEntries entries = reader.entries(exported);
          Progress progress =
              new Progress(console(), "rows of " + exported.name(), 0, System::nanoTime)) {
        Console into = new Console(out, console().err(), console().ansi(), false);
        CatCommand.RowWriter writer =
            new CatCommand.RowWriter(into, format.equals("csv"), List.of());
        writer.write(entries, progress);
        rows = writer.written();
        if (out.checkError()) {
          throw new IOException("the disk may be full");
        }
      }
    } catch (IOException e) {
      throw new UsageException("cannot write %s: %s".formatted(file, e));
    }
    if (json) {
      Map<String, @Nullable Object> tree = new LinkedHashMap<>();
      tree.put("file", file.toString());
      tree.put("rows", rows);
      json(tree);
    } else {
      console().line("%s: %s rows".formatted(file, Console.count(rows)));
    }
  }

  /** Returns a name for the file of a state that no other state has. */
  private String name(StoredState exported) {
    String legal =
        (exported.operatorId() + "." + exported.name()).replaceAll("[^A-Za-z0-9_.-]", "_");
    String name = legal;
    for (int i = 2; !names.add(name); i++) {
      name = legal + "-" + i;
    }
    return name;
  }
}
