// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.testkit.KillContract;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;

/** Programs that take checkpoints into an object store may be killed. */
final class S3KillTest extends KillContract {
  @Override
  protected String place() {
    return TestStores.fixture().endpoint() + "/kills-" + UUID.randomUUID();
  }

  @Override
  protected CheckpointStorage openStorage(String place, Path directory) {
    return TestStores.open(URI.create(place));
  }

  @Override
  protected StateBackend newBackend(Path directory) {
    return FsStateBackend.builder(directory).open();
  }
}
