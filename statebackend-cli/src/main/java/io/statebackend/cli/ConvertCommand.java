// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

import io.statebackend.core.reader.CheckpointReader;
import io.statebackend.core.reader.SavepointCopy;
import picocli.CommandLine.Command;

/** Makes a portable savepoint of a checkpoint. */
@Command(
    name = "convert",
    description = {
      "Makes a portable savepoint of a checkpoint, whatever engine wrote it; compressed if wanted.",
      "",
      "Every engine restores it, and it can be moved anywhere."
    })
final class ConvertCommand extends CopyingCommand {
  @Override
  void change(CheckpointReader reader, SavepointCopy copy) {
    // All there is, as it is.
  }
}
