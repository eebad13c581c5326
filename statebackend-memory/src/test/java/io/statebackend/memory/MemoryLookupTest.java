// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.testkit.EngineLookupContract;
import java.util.Map;

/** The memory engine is found by its name. */
final class MemoryLookupTest extends EngineLookupContract {
  MemoryLookupTest() {
    super("memory", Map.of());
  }
}
