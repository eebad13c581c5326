// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which checkpoint a command is about, and which operator of it. */
final class Chosen {
  @Mixin private ChosenCheckpoint checkpoint = new ChosenCheckpoint();

  @Option(names = "--operator", paramLabel = "ID", description = "Which operator. Default: all.")
  private @Nullable String operator;

  Location open() {
    return checkpoint.open();
  }

  CheckpointReader reader(Location place) {
    return checkpoint.reader(place);
  }

  @Nullable String operator() {
    return operator;
  }
}
