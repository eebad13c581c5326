// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.hdfs.MiniDFSCluster;

/** An HDFS of these tests, with two data nodes. Tests that stop parts of one start their own. */
final class TestCluster implements AutoCloseable {
  private static final int DATA_NODE_COUNT = 2;

  private static TestCluster shared;

  private final MiniDFSCluster cluster;
  private final Path directory;

  private TestCluster(MiniDFSCluster cluster, Path directory) {
    this.cluster = cluster;
    this.directory = directory;
  }

  /** The one that is started once, and that nothing happens to. */
  static synchronized TestCluster shared() {
    if (shared == null) {
      shared = start();
    }
    return shared;
  }

  static TestCluster start() {
    try {
      // In memory where that can be: every file is synced, and tests write thousands.
      Path memory = Path.of("/dev/shm");
      Path parent = Files.isWritable(memory) ? memory : Files.createDirectories(Path.of("target"));
      Path directory = Files.createTempDirectory(parent, "statebackend-hdfs");
      Configuration configuration = configuration();
      configuration.set(MiniDFSCluster.HDFS_MINIDFS_BASEDIR, directory.toAbsolutePath().toString());
      configuration.setInt("dfs.namenode.safemode.extension", 0);
      configuration.setInt("dfs.heartbeat.interval", 1);
      MiniDFSCluster started =
          new MiniDFSCluster.Builder(configuration)
              .numDataNodes(DATA_NODE_COUNT)
              .format(true)
              .build();
      started.waitActive();
      TestCluster cluster = new TestCluster(started, directory);
      Runtime.getRuntime().addShutdownHook(new Thread(cluster::deleteFiles));
      return cluster;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How a program reaches it: what fails, fails soon. */
  static Configuration configuration() {
    Configuration configuration = new Configuration();
    configuration.setInt("dfs.replication", DATA_NODE_COUNT);
    configuration.setInt("ipc.client.connect.max.retries", 1);
    configuration.setInt("ipc.client.connect.retry.interval", 10);
    configuration.setInt("dfs.client.retry.window.base", 10);
    configuration.setInt("dfs.client.block.write.locateFollowingBlock.initial.delay.ms", 10);
    return configuration;
  }

  MiniDFSCluster cluster() {
    return cluster;
  }

  /** The address of a directory. */
  URI at(String directory) {
    return URI.create(cluster.getURI() + "/" + directory);
  }

  HadoopCheckpointStorage open(String directory) {
    return HadoopCheckpointStorage.open(at(directory), configuration());
  }

  private void deleteFiles() {
    FileUtil.fullyDelete(directory.toFile());
  }

  @Override
  public void close() {
    cluster.shutdown();
    deleteFiles();
  }
}
