// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;

final class SortedMapSealedDamageTest extends SealedDamageContract {
  @Override
  protected StateBackend newBackend(Path directory) {
    return new SortedMapStateBackend();
  }
}
