// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.CorruptStateException;
import io.statebackend.api.IncompatibleStateException;
import io.statebackend.api.StateException;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.CheckpointSummary;
import io.statebackend.core.reader.CheckpointSummary.Status;
import io.statebackend.core.snapshot.FileRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares every checksum. */
@Command(
    name = "verify",
    description = {
      "Reads every byte of a checkpoint, or of all of a directory, and compares all checksums.",
      "",
      "Names the file and, where that can be told, the offset of each damage. The status is 1 if"
          + " anything is damaged, and 4 if something could not be read."
    })
final class VerifyCommand extends CheckpointCommand {
  @Parameters(
      paramLabel = "LOCATION",
      description =
          "The directory that holds the checkpoints, or one checkpoint or savepoint in it.")
  private String location = "";

  @Option(
      names = "--checkpoint",
      paramLabel = "NAME",
      description = "Which checkpoint, such as chk-7. Default: all that are there.")
  private @Nullable String checkpoint;

  private int status = ExitStatus.FINE;

  @Override
  public Integer call() {
    try (Location place = Location.open(location)) {
      if (checkpoint != null && place.directory() != null) {
        throw new UsageException(
            "%s is a checkpoint itself: leave out --checkpoint".formatted(location));
      }
      String only = checkpoint != null ? checkpoint : place.directory();
      if (only != null) {
        verify(place, only);
      } else {
        verifyAll(place);
      }
    }
    return status;
  }

  private void verifyAll(Location place) {
    int count = 0;
    for (CheckpointSummary summary : CheckpointReader.list(place.storage())) {
      if (summary.status() != Status.UNFINISHED) {
        verify(place, summary.directory());
        count++;
      }
    }
    if (count == 0 && !json) {
      console().line("no checkpoints in " + place.storage().location());
    }
  }

  private void verify(Location place, String name) {
    List<StateException> problems = new ArrayList<>();
    long bytes = 0;
    try (CheckpointReader reader = place.readerOf(name)) {
      bytes = reader.metadata().files().distinct().mapToLong(FileRef::length).sum();
      try (Progress progress = new Progress(console(), "verify " + name, bytes, System::nanoTime)) {
        problems.addAll(reader.verify(done -> progress.done(done, true)));
      }
    } catch (CorruptStateException | IncompatibleStateException e) {
      problems.add(e);
    }
    tell(name, bytes, problems);
  }

  private void tell(String name, long bytes, List<StateException> problems) {
    problems.forEach(problem -> status = worse(status, statusOf(problem)));
    if (json) {
      Map<String, @Nullable Object> tree = new LinkedHashMap<>();
      tree.put("checkpoint", name);
      tree.put("bytes", bytes);
      tree.put("intact", problems.isEmpty());
      tree.put("problems", problems.stream().map(VerifyCommand::tree).toList());
      json(tree);
    } else if (problems.isEmpty()) {
      console().line("%s: intact, %s read".formatted(name, Console.size(bytes)));
    } else {
      console().line(console().styled("red", name + ": not intact"));
      problems.forEach(problem -> console().line("  " + problem.getMessage()));
    }
  }

  private static int statusOf(StateException problem) {
    if (problem instanceof CorruptStateException) {
      return ExitStatus.DIFFERENT;
    }
    return problem instanceof IncompatibleStateException
        ? ExitStatus.INCOMPATIBLE
        : ExitStatus.UNAVAILABLE;
  }

  /** Damage is worse than what could not be read. */
  private static int worse(int a, int b) {
    if (a == ExitStatus.DIFFERENT || b == ExitStatus.DIFFERENT) {
      return ExitStatus.DIFFERENT;
    }
    return Math.max(a, b);
  }

  private static Map<String, @Nullable Object> tree(StateException problem) {
    Map<String, @Nullable Object> tree = new LinkedHashMap<>();
    boolean isDamage = problem instanceof CorruptStateException;
    tree.put("kind", isDamage ? "damaged" : "unreadable");
    if (problem instanceof CorruptStateException damage) {
      tree.put("file", damage.file());
      tree.put(
          "offset",
          damage.offset() == CorruptStateException.UNKNOWN_OFFSET ? null : damage.offset());
    }
    tree.put("message", problem.getMessage());
    return tree;
  }
}
