// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.EvolutionTableContract;
import java.nio.file.Path;

/** Apart from the other contracts: hundreds of states are hundreds of column families. */
final class EvolutionTableTest extends EvolutionTableContract {
  @Override
  protected StateBackend newBackend(Path directory) {
    return TestBackends.open(directory, 64 << 10);
  }
}
