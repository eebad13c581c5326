// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.api.storage.CheckpointStorage;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Opens storages with files of Hadoop's configuration. */
final class ConfiguredStorage {
  private ConfiguredStorage() {}

  static CheckpointStorage open(URI address, List<Path> files) {
    return HadoopCheckpointStorage.open(address, configuration(files));
  }

  static CheckpointStorage openReadOnly(URI address, List<Path> files) {
    return HadoopCheckpointStorage.openReadOnly(address, configuration(files));
  }

  private static Configuration configuration(List<Path> files) {
    Configuration configuration = new Configuration();
    for (Path file : files) {
      configuration.addResource(new org.apache.hadoop.fs.Path(file.toUri()));
    }
    return configuration;
  }
}
