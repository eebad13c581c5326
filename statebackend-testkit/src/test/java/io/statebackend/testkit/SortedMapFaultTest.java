// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import io.statebackend.api.spi.StateBackend;
import java.nio.file.Path;

// tag::contract
final class SortedMapFaultTest extends FaultContract {
  @Override
  protected StateBackend newBackend(Path directory) {
    return new SortedMapStateBackend();
  }
}
// end::contract
