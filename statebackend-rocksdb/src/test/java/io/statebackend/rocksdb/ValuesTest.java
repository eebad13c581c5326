// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.testkit.ValuesContract;
import java.nio.file.Path;

/** Apart from the other contracts: hundreds of states take their time, whatever the cache. */
final class ValuesTest extends ValuesContract {
  @Override
  protected StateBackend newBackend(Path directory) {
    return TestBackends.open(directory, 64 << 10);
  }
}
