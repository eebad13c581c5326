// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.encryption.EncryptedCheckpointStorage;
import io.statebackend.core.encryption.KeyFile;
import io.statebackend.memory.MemoryStateBackend;
import io.statebackend.testkit.FaultContract;
import io.statebackend.testkit.fault.RemoteCalls;
import java.net.URI;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** A program's checkpoints survive whatever happens to it and to its calls of an object store. */
final class S3FaultContractTest {
  private static KeyFile keys;

  @BeforeAll
  static void createKeys(@TempDir Path directory) {
    keys = KeyFile.create(directory.resolve("keys"), "correct horse".toCharArray());
  }

  /** Opens the storage that belongs to a directory of a disk that fails. */
  private static CheckpointStorage open(URI endpoint, Path directory, int partSizeBytes) {
    RemoteCalls calls = RemoteCalls.of(directory);
    S3CheckpointStorageBuilder builder =
        TestStores.builder(endpoint).prefix("faults/" + calls.place());
    return S3CheckpointStorage.open(
        new FaultyObjectStore(builder.newStore(), calls),
        calls.place(),
        builder.keyPrefix(),
        new S3CheckpointStorage.StoreSettings(partSizeBytes, 1, 0));
  }

  @Nested
  final class OnTheFixture extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return open(TestStores.fixture().endpoint(), directory, 1_000);
    }

    @Override
    protected int pointsInBuild() {
      return 6;
    }
  }

  @Nested
  final class OnS3Proxy extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return open(TestStores.proxy(), directory, 8 << 20);
    }

    @Override
    protected int pointsInBuild() {
      return 2;
    }
  }

  @Nested
  final class Encrypted extends FaultContract {
    @Override
    protected StateBackend newBackend(Path directory) {
      return MemoryStateBackend.create();
    }

    @Override
    protected CheckpointStorage openStorage(Path directory) {
      CheckpointStorage storage = open(TestStores.fixture().endpoint(), directory, 8 << 20);
      try {
        return EncryptedCheckpointStorage.open(storage, keys);
      } catch (RuntimeException e) {
        storage.close();
        throw e;
      }
    }

    @Override
    protected int pointsInBuild() {
      return 2;
    }
  }
}
