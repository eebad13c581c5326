// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.core.encryption.EncryptedCheckpointStorage;
import io.statebackend.core.encryption.KeyFile;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.testkit.KillContract;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Programs that encrypt, into the object store of others, may be killed. */
final class EncryptedS3KillTest extends KillContract {
  private static final String PASSWORD = "correct horse";

  @Override
  protected String place() {
    return TestStores.proxy() + "/kills-" + UUID.randomUUID();
  }

  @Override
  protected CheckpointStorage openStorage(String place, Path directory) {
    Path file = directory.resolve("keys");
    KeyFile keys =
        Files.exists(file)
            ? KeyFile.open(file, PASSWORD.toCharArray())
            : KeyFile.create(file, PASSWORD.toCharArray());
    return EncryptedCheckpointStorage.open(TestStores.open(URI.create(place)), keys);
  }

  @Override
  protected StateBackend newBackend(Path directory) {
    return FsStateBackend.builder(directory).open();
  }
}
