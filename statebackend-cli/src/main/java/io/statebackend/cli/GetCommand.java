// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.api.IncompatibleStateException;
import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StateEntries;
import io.statebackend.core.reader.StoredState;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Looks one key up. */
@Command(
    name = "get",
    description = {
      "Looks one key up in a state, in all its namespaces.",
      "",
      "Reads the one key group that the key belongs to; the whole state if it is not there, since a"
          + " host may divide keys in its own way. The status is 1 if there is no such key."
    })
final class GetCommand extends CheckpointCommand {
  @Mixin private Chosen chosen = new Chosen();

  @Option(names = "--state", required = true, paramLabel = "NAME", description = "Which state.")
  private String state = "";

  @Option(
      names = "--key",
      required = true,
      paramLabel = "KEY",
      description = "The key: JSON, or a text without quotes.")
  private String key = "";

  @Override
  public Integer call() {
    CatCommand.RowWriter writer = new CatCommand.RowWriter(console(), false, List.of());
    try (Location place = chosen.open();
        CheckpointReader reader = chosen.reader(place);
        Progress progress = new Progress(console(), "rows read", 0, System::nanoTime)) {
      StoredState found = state(reader, chosen.operator(), state);
      try (StateEntries entries = reader.lookup(found, key(found, key))) {
        writer.write(entries, progress);
      }
      if (writer.written() == 0 && !json) {
        console().line("no key %s in state '%s'".formatted(key, state));
      }
    }
    return writer.written() == 0 ? ExitStatus.DIFFERENT : ExitStatus.FINE;
  }

  /** Makes the key of a state from what a person has typed. */
  static Object key(StoredState state, String text) {
    if (!state.kind().isKeyed()) {
      throw new UsageException("state '%s' is not keyed: leave out --key".formatted(state.name()));
    }
    try {
      return ValueParser.parse(state.key().schema(), text);
    } catch (IncompatibleStateException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new UsageException(
          "not a key of operator '%s', whose keys are %s: %s"
              .formatted(state.operatorId(), state.key().schema(), e.getMessage()));
    }
  }
}
