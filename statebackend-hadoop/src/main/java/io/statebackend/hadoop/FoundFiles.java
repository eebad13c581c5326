// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import io.statebackend.api.StateIoException;
import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * The file system of an address, if it can keep checkpoints.
 *
 * @param files the file system, which the caller closes
 * @param top the directory in it
 */
record FoundFiles(HadoopFiles files, Path top) {

  /**
   * Connects to the file system of an address.
   *
   * @throws IllegalArgumentException if it is another one than HDFS
   */
  static FoundFiles at(URI address, Configuration configuration) {
    String scheme = address.getScheme();
    if (scheme == null || address.getPath() == null || !address.getPath().startsWith("/")) {
      throw new IllegalArgumentException(
          "not the address of a directory in HDFS: address="
              + address
              + "; expected hdfs://namenode:8020/directory or hdfs:///directory");
    }
    if (!scheme.equals("hdfs")) {
      refuseKnown(scheme, address);
    }
    Configuration own = new Configuration(configuration);
    // A program closes its storages when it ends, and not before: it may write until then.
    own.setBoolean("fs.automatic.close", false);
    try {
      FileSystem found = FileSystem.newInstance(address, own);
      if (found instanceof DistributedFileSystem distributed) {
        Path top = found.makeQualified(new Path(address.getPath()));
        return new FoundFiles(new DistributedFiles(distributed), top);
      }
      found.close();
      throw refused(scheme, address, "its class is " + found.getClass().getName());
    } catch (IOException e) {
      throw new StateIoException(
          "cannot reach the file system: address=" + address + ", reason=" + e, e);
    }
  }

  /** Refuses what is known to be no place for checkpoints, without a connection. */
  private static void refuseKnown(String scheme, URI address) {
    switch (scheme) {
      case "file" ->
          throw refused(scheme, address, "FileCheckpointStorage keeps them in local directories");
      case "s3", "s3a", "s3n" ->
          throw refused(scheme, address, "S3CheckpointStorage keeps them in S3");
      case "webhdfs", "swebhdfs", "viewfs" ->
          throw refused(scheme, address, "name the cluster by its hdfs: address");
      case "abfs", "abfss", "wasb", "gs", "oss", "cosn", "obs" ->
          throw refused(scheme, address, "renaming is no atomic step of object stores");
      case "ftp", "sftp", "har", "http", "https" ->
          throw refused(scheme, address, "name a directory in HDFS");
      default -> {
        // Its class tells.
      }
    }
  }

  private static IllegalArgumentException refused(String scheme, URI address, String hint) {
    return new IllegalArgumentException(
        "file system cannot keep checkpoints, it is not known to create and rename files in one"
            + " step that never replaces another: scheme="
            + scheme
            + ", address="
            + address
            + "; "
            + hint
            + "; expected hdfs");
  }
}
