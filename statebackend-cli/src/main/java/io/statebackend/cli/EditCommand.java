// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.SavepointCopy;
import io.statebackend.core.reader.StoredState;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Changes one key. */
@Command(
    name = "edit",
    description = {
      "Makes a savepoint in which one key of a state has another value, or is gone.",
      "",
      "A value is set in states of one value per key; a key is removed from any keyed state, in all"
          + " its namespaces. With a time to live, the new value counts as used when the checkpoint"
          + " was taken."
    })
final class EditCommand extends CopyingCommand {
  @Option(names = "--operator", paramLabel = "ID", description = "Which operator.")
  private @Nullable String operator;

  @Option(names = "--state", required = true, paramLabel = "NAME", description = "Which state.")
  private String state = "";

  @Option(
      names = "--key",
      required = true,
      paramLabel = "KEY",
      description = "Which key: JSON, or a text without quotes.")
  private String key = "";

  @Option(
      names = "--namespace",
      paramLabel = "NAMESPACE",
      description = "In which namespace a value is set, if the state has any.")
  private @Nullable String namespace;

  @ArgGroup(multiplicity = "1")
  private Change what = new Change();

  /** Either of the two. */
  private static final class Change {
    @Option(
        names = "--set",
        paramLabel = "VALUE",
        description = "The value: JSON, or a text without quotes.")
    private @Nullable String value;

    @Option(names = "--remove", description = "Removes the key.")
    private boolean remove;
  }

  @Override
  void change(CheckpointReader reader, SavepointCopy copy) {
    StoredState found = state(reader, operator, state);
    Object wanted = GetCommand.key(found, key);
    String value = what.value;
    if (value == null || what.remove) {
      copy.remove(found, wanted);
      return;
    }
    copy.set(
        found,
        wanted,
        namespace == null ? null : ValueParser.parse(found.meta().namespace().schema(), namespace),
        ValueParser.parse(found.value(), value));
  }
}
