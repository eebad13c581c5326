// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.testkit.CheckpointStorageContract;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;

/** Storages on object stores keep the contract of storages. */
final class S3StorageContractTest {

  /** The directory's name is another one in each test. */
  private static String prefix(Path directory) {
    return "contract/" + directory.getFileName();
  }

  @Nested
  final class OnTheFixture extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return TestStores.builder(TestStores.fixture().endpoint()).prefix(prefix(directory)).open();
    }
  }

  /** Most files are stored in several parts. */
  @Nested
  final class InSmallParts extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return TestStores.builder(TestStores.fixture().endpoint())
          .prefix(prefix(directory))
          .partSizeBytes(64 << 10)
          .trailingChecksums(false)
          .open();
    }
  }

  @Nested
  final class OnS3Proxy extends CheckpointStorageContract {
    @Override
    protected CheckpointStorage openStorage(Path directory) {
      return TestStores.builder(TestStores.proxy()).prefix(prefix(directory)).open();
    }
  }
}
