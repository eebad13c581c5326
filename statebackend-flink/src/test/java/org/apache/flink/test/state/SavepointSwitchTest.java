// SPDX-License-Identifier: Apache-2.0
package org.apache.flink.test.state;

import io.statebackend.flink.Engine;
import io.statebackend.flink.SwitchSpec;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.test.state.BackendSwitchSpecs.BackendSwitchSpec;
import org.apache.flink.testutils.junit.extensions.parameterized.ParameterizedTestExtension;
import org.apache.flink.testutils.junit.extensions.parameterized.Parameters;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Flink's suite for savepoints in the canonical format that another backend restores: all pairs of
 * our engines and Flink's backends. In Flink's package, since the suite is not public.
 */
@ExtendWith(ParameterizedTestExtension.class)
class SavepointSwitchTest extends SavepointStateBackendSwitchTestBase {
  SavepointSwitchTest(BackendSwitchSpec from, BackendSwitchSpec to) {
    super(from, to);
  }

  @Parameters(name = "from {0} to {1}")
  static List<Object[]> pairs() {
    List<BackendSwitchSpec> ours =
        List.of(
            new SwitchSpec(Engine.MEMORY),
            new SwitchSpec(Engine.FS),
            new SwitchSpec(Engine.ROCKSDB));
    List<BackendSwitchSpec> theirs =
        List.of(
            BackendSwitchSpecs.HEAP,
            BackendSwitchSpecs.ROCKS,
            BackendSwitchSpecs.ROCKS_HEAP_TIMERS);
    List<Object[]> pairs = new ArrayList<>();
    for (BackendSwitchSpec our : ours) {
      ours.forEach(other -> pairs.add(new Object[] {our, other}));
      theirs.forEach(other -> pairs.add(new Object[] {our, other}));
      theirs.forEach(other -> pairs.add(new Object[] {other, our}));
    }
    return pairs;
  }
}
