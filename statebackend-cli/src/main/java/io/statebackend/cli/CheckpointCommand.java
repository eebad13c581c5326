// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.StoredOperator;
import io.statebackend.core.reader.StoredState;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** What the commands have in common. */
@Command(
    mixinStandardHelpOptions = false,
    sortOptions = false,
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%n")
abstract class CheckpointCommand implements Callable<Integer> {
  @ParentCommand private @Nullable Main main;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      order = 100,
      description = "Shows this help.")
  @SuppressWarnings("UnusedVariable") // Picocli does what it says.
  private boolean help;

  @Option(names = "--json", order = 90, description = "Writes JSON, one object a line.")
  boolean json;

  /** Runs the command; returns its status. */
  @Override
  public abstract Integer call();

  final Console console() {
    if (main == null) {
      throw new IllegalStateException("the command was not run by the command line");
    }
    return main.console();
  }

  final void json(Map<String, ? extends @Nullable Object> tree) {
    console().line(Json.text(tree));
  }

  /** Finds the operators that are meant: one, or all if none was named. */
  static List<StoredOperator> operators(CheckpointReader reader, @Nullable String operatorId) {
    if (operatorId == null) {
      return reader.operators();
    }
    return List.of(
        reader
            .operator(operatorId)
            .orElseThrow(
                () ->
                    new UsageException(
                        "no operator '%s' in %s; there are %s"
                            .formatted(
                                operatorId,
                                reader.location(),
                                reader.operators().stream().map(StoredOperator::id).toList()))));
  }

  /** Finds the one state that is meant by its name, in one operator or in all. */
  static StoredState state(CheckpointReader reader, @Nullable String operatorId, String name) {
    List<StoredState> all =
        operators(reader, operatorId).stream()
            .flatMap(operator -> operator.states().stream())
            .toList();
    List<StoredState> found = all.stream().filter(state -> state.name().equals(name)).toList();
    if (found.isEmpty()) {
      throw new UsageException(
          "no state '%s' in %s; there are %s"
              .formatted(
                  name,
                  reader.location(),
                  all.stream().map(StoredState::name).distinct().toList()));
    }
    if (found.size() > 1) {
      throw new UsageException(
          "several operators have a state '%s': %s; name one by --operator"
              .formatted(name, found.stream().map(StoredState::operatorId).toList()));
    }
    return found.get(0);
  }
}
