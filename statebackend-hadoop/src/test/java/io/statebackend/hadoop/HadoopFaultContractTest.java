// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.encryption.EncryptedCheckpointStorage;
import io.statebackend.core.encryption.KeyFile;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.testkit.FaultContract;
import io.statebackend.testkit.fault.RemoteCalls;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** A program's checkpoints survive whatever happens to it and to its calls of a file system. */
final class HadoopFaultContractTest {
  private static KeyFile keys;

  @BeforeAll
  static void createKeys(@TempDir Path directory) {
    keys = KeyFile.create(directory.resolve("keys"), "correct horse".toCharArray());
  }

  /** Opens the storage that belongs to a directory of a disk that fails. */
  private static CheckpointStorage open(Path directory) {
    RemoteCalls calls = RemoteCalls.of(directory);
    FoundFiles found =
        FoundFiles.at(
            TestCluster.shared().at("faults/" + calls.place()), TestCluster.configuration());
    return HadoopCheckpointStorage.open(
        new FaultyFiles(found.files(), calls), found.top(), found.top().toString(), 0);
  }

  @Nested
  final class Plain extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return open(directory);
    }

    @Override
    protected int pointsInBuild() {
      return 3;
    }
  }

  @Nested
  @Tag("slow")
  final class Encrypted extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      CheckpointStorage storage = open(directory);
      try {
        return EncryptedCheckpointStorage.open(storage, keys);
      } catch (RuntimeException e) {
        storage.close();
        throw e;
      }
    }

    @Override
    protected int pointsInBuild() {
      return 3;
    }
  }
}
