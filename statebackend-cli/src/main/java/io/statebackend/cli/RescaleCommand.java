// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.SavepointCopy;
import io.statebackend.core.reader.StoredOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Gives operators another maximal parallelism. */
@Command(
    name = "rescale",
    description = {
      "Makes a savepoint with another maximal parallelism, which a program cannot change by"
          + " itself.",
      "",
      "The key group of every key is found anew, so everything is read and written. The parallelism"
          + " needs no command: a program that restores may have any up to the maximal one. Needs"
          + " room for the state of an operator in the directory for temporary files."
    })
final class RescaleCommand extends CopyingCommand {
  @Option(
      names = "--max-parallelism",
      required = true,
      paramLabel = "N",
      description = "The number of key groups.")
  private int maxParallelism;

  @Option(names = "--operator", paramLabel = "ID", description = "Which operator. Default: all.")
  private @Nullable String operator;

  @Override
  void change(CheckpointReader reader, SavepointCopy copy) {
    for (StoredOperator found : operators(reader, operator)) {
      copy.maxParallelism(found.id(), maxParallelism);
    }
  }
}
