// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.core.storage.FileCheckpointStorage;
import io.statebackend.testkit.fault.Fault;
import io.statebackend.testkit.fault.FaultFileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** A run that failed can be replayed: the program does the same each time. */
final class FaultyProgramTest {

  private static List<String> callsOfARun(Function<Path, StateBackend> newBackend) {
    List<String> calls = new ArrayList<>();
    FaultFileSystem files = FaultFileSystem.create();
    files.setFault(
        call -> {
          calls.add(call.operation() + " " + call.path());
          return Fault.Effect.NONE;
        });
    FaultySetup setup = new FaultySetup(newBackend, FileCheckpointStorage::open);
    assertThat(new FaultyProgram(setup, files).run()).isTrue();
    return calls;
  }

  @Test
  void run_twice_sameCallsOnTheSameFiles() {
    assertThat(callsOfARun(directory -> new SortedMapStateBackend()))
        .isEqualTo(callsOfARun(directory -> new SortedMapStateBackend()));
  }

  @Test
  void run_withSharedFiles_sameCallsOnTheSameFiles() {
    assertThat(callsOfARun(directory -> new IncrementalBackend()))
        .anyMatch(call -> call.contains("/shared/operator-0-"))
        .isEqualTo(callsOfARun(directory -> new IncrementalBackend()));
  }
}
