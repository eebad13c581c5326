// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;

final class SortedMapDamageTest extends DamageContract {
  @Override
  protected StateBackend newBackend(Path directory) {
    return new SortedMapStateBackend();
  }
}
