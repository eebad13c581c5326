// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.api.spi.StateBackend;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.fs.FsStateBackend;
import io.statebackend.testkit.KillContract;
import java.net.URI;
import java.nio.file.Path;
import java.util.UUID;

/** Programs that take checkpoints into HDFS may be killed, whatever leases they leave. */
final class HadoopKillTest extends KillContract {
  @Override
  protected String place() {
    return TestCluster.shared().at("kills/" + UUID.randomUUID()).toString();
  }

  @Override
  protected CheckpointStorage openStorage(String place, Path directory) {
    return HadoopCheckpointStorage.open(URI.create(place), TestCluster.configuration());
  }

  @Override
  protected StateBackend newBackend(Path directory) {
    return FsStateBackend.builder(directory).open();
  }
}
