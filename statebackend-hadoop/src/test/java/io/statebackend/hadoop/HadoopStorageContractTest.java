// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.testkit.CheckpointStorageContract;
import java.nio.file.Path;

/** A storage in HDFS keeps the contract of storages. */
final class HadoopStorageContractTest extends CheckpointStorageContract {

  /** The directory's name is another one in each test. */
  @Override
  protected CheckpointStorage openStorage(Path directory) {
    return TestCluster.shared().open("contract/" + directory.getFileName());
  }
}
