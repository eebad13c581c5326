// SPDX-License-Identifier: Apache-2.0
package io.statebackend.rocksdb;

import io.statebackend.testkit.EngineLookupContract;
import java.util.Map;

/** The rocksdb engine is found by its name. */
final class RocksDbLookupTest extends EngineLookupContract {
  RocksDbLookupTest() {
    super(
        "rocksdb",
        Map.of(
            "memory-budget",
            "64mb",
            "heap-cache",
            "16mb",
            "transfer-threads",
            "2",
            "preset",
            "solid-state-disk"));
  }
}
