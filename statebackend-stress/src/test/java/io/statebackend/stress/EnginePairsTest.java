// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.PortableContract;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Portable snapshots go from each engine to each other one. */
final class EnginePairsTest extends PortableContract {
  @Override
  protected List<StateBackend> newBackends(Path directory) {
    return Stream.of(Engine.values())
        .map(engine -> engine.open(directory.resolve(engine.directoryName())))
        .toList();
  }
}
