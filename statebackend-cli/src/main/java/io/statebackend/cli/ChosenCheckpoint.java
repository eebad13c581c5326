// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which checkpoint a command is about. */
final class ChosenCheckpoint {
  @Parameters(
      paramLabel = "LOCATION",
      description =
          "The directory that holds the checkpoints, or one checkpoint or savepoint in it.")
  private String location = "";

  @Option(
      names = "--checkpoint",
      paramLabel = "NAME",
      description = "Which checkpoint, such as chk-7. Default: the latest complete one.")
  private @Nullable String checkpoint;

  Location open() {
    return Location.open(location);
  }

  CheckpointReader reader(Location place) {
    return place.reader(checkpoint);
  }
}
