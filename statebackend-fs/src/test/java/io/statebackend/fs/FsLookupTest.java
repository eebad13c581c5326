// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import io.statebackend.testkit.EngineLookupContract;
import java.util.Map;

/** The fs engine is found by its name. */
final class FsLookupTest extends EngineLookupContract {
  FsLookupTest() {
    super(
        "fs",
        Map.of("memory-budget", "64mb", "segment-size", "1 MiB", "space-amplification", "1.5"));
  }
}
