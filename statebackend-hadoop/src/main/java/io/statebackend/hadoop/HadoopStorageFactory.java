// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.api.StateIoException;
import io.statebackend.api.spi.CheckpointStorageFactory;
import io.statebackend.api.spi.Options;
import io.statebackend.api.storage.CheckpointStorage;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Opens directories of HDFS by their addresses: {@code hdfs://namenode:8020/directory}. The setting
 * {@code configuration} names files of Hadoop's configuration, separated by commas, which are read
 * besides those in the class path.
 */
public final class HadoopStorageFactory implements CheckpointStorageFactory {

  // Nothing here names a class of Hadoop: without them, it can still be said what is missing.

  /** Called by the service loader. */
  public HadoopStorageFactory() {}

  /**
   * {@inheritDoc}
   *
   * @return {@code hdfs}
   */
  @Override
  public String scheme() {
    return "hdfs";
  }

  @Override
  public CheckpointStorage open(URI address, Options options) {
    List<Path> files = configuration(options);
    try {
      return ConfiguredStorage.open(address, files);
    } catch (NoClassDefFoundError e) {
      throw withoutClient(address, e);
    }
  }

  @Override
  public CheckpointStorage openReadOnly(URI address, Options options) {
    List<Path> files = configuration(options);
    try {
      return ConfiguredStorage.openReadOnly(address, files);
    } catch (NoClassDefFoundError e) {
      throw withoutClient(address, e);
    }
  }

  private static List<Path> configuration(Options options) {
    String names = options.text("configuration");
    options.checkNoneUnknown();
    List<Path> files = new ArrayList<>();
    for (String name : names == null ? new String[0] : names.split(",", -1)) {
      Path file = Path.of(name.strip());
      if (!Files.isRegularFile(file)) { // Hadoop would pass it over.
        throw options.wrong("configuration", "files that are there, separated by commas");
      }
      files.add(file);
    }
    return files;
  }

  private static StateIoException withoutClient(URI address, NoClassDefFoundError e) {
    return new StateIoException(
        "cannot open, a class of the client of Hadoop is missing: address="
            + address
            + ", class="
            + e.getMessage()
            + "; add org.apache.hadoop:hadoop-client-api and hadoop-client-runtime to the program",
        e);
  }
}
