// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.SavepointCopy;
import io.statebackend.core.reader.StoredState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Leaves an operator or states out. */
@Command(
    name = "drop",
    description = {
      "Makes a savepoint without an operator, or without some states of it.",
      "",
      "With --operator alone the operator is left out; with --state only those states are."
    })
final class DropCommand extends CopyingCommand {
  @Option(names = "--operator", paramLabel = "ID", description = "Which operator.")
  private @Nullable String operator;

  @Option(
      names = "--state",
      paramLabel = "NAME",
      description = "Which state; may be given several times.")
  private List<String> states = new ArrayList<>();

  @Override
  void change(CheckpointReader reader, SavepointCopy copy) {
    if (operator == null && states.isEmpty()) {
      throw new UsageException("nothing to drop: name an --operator, or a --state");
    }
    if (states.isEmpty()) {
      operators(reader, operator).forEach(found -> copy.dropOperator(found.id()));
    }
    for (String name : states) {
      StoredState state = state(reader, operator, name);
      copy.dropState(state.operatorId(), state.name());
    }
  }
}
