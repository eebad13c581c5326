// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import java.nio.file.Path;
import org.apache.flink.runtime.state.StateBackend;
import org.apache.flink.runtime.state.ttl.StateBackendTestContext;
import org.apache.flink.runtime.state.ttl.TtlStateTestBase;
import org.apache.flink.runtime.state.ttl.TtlTimeProvider;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.io.TempDir;

/** Flink's suite for state with a time to live. */
abstract class TtlSuite extends TtlStateTestBase {
  private final Engine engine;
  private final boolean isIncremental;

  @TempDir Path directory;

  TtlSuite(Engine engine, boolean isIncremental) {
    this.engine = engine;
    this.isIncremental = isIncremental;
  }

  @Override
  protected StateBackendTestContext createStateBackendTestContext(TtlTimeProvider time) {
    return new StateBackendTestContext(time) {
      @Override
      protected StateBackend createStateBackend() {
        return Backends.of(engine, isIncremental, directory);
      }
    };
  }

  /** Expired entries are left out of what is written whole, not of files that checkpoints share. */
  @Override
  public boolean isSavepoint() {
    return !isIncremental;
  }

  @Override
  protected boolean incrementalCleanupSupported() {
    return true;
  }

  @TestTemplate
  @Disabled("casts the state to a class of Flink's own heap backend")
  void testIncrementalCleanupWholeState() {}
}
