// SPDX-License-Identifier: Apache-2.0
package io.statebackend.memory;

import io.statebackend.testkit.StoreModelContract;
import java.nio.file.Path;

/** The store of the memory backend, which has no settings. */
final class StoreModelTest extends StoreModelContract<MemoryStateBackend> {
  @Override
  protected MemoryStateBackend open(Path directory, long seed) {
    return MemoryStateBackend.create();
  }

  @Override
  protected String settings(long seed) {
    return "none";
  }
}
