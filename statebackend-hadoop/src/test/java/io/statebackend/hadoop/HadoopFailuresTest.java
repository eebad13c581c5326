// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.hdfs.MiniDFSCluster.DataNodeProperties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;

/** What happens to a cluster costs calls at most, and nothing that was published. */
@Timeout(600)
final class HadoopFailuresTest {
  private final MiniDFSCluster cluster = TestCluster.shared().cluster();
  private String directory;

  @BeforeEach
  void nameDirectory(TestInfo test) {
    directory = "failures/" + test.getTestMethod().orElseThrow().getName();
  }

  private CheckpointStorage open() {
    return TestCluster.shared().open(directory);
  }

  private static void publish(CheckpointStorage storage, String file, String content) {
    storage.publish(file, content.getBytes(UTF_8));
  }

  private static String read(CheckpointStorage storage, String file) {
    try (StorageInput in = storage.open(file)) {
      byte[] bytes = new byte[(int) in.length()];
      in.read(0, bytes, 0, bytes.length);
      return new String(bytes, UTF_8);
    }
  }

  @Test
  void nameNode_restarted_whileAFileIsWritten() throws IOException {
    byte[] content = new byte[3 << 20];
    new Random(1).nextBytes(content);
    try (CheckpointStorage storage = open()) {
      publish(storage, "chk-1/_metadata", "before");
      StorageOutput output = storage.create("chk-2/a");
      output.write(content, 0, 2 << 20);
      cluster.restartNameNode(true);
      output.write(content, 2 << 20, 1 << 20);
      output.commit();
      publish(storage, "chk-2/_metadata", "after");
      assertThat(read(storage, "chk-1/_metadata")).isEqualTo("before");
    }
    try (CheckpointStorage storage = open();
        StorageInput in = storage.open("chk-2/a")) {
      byte[] found = new byte[content.length];
      in.read(0, found, 0, found.length);
      assertThat(Arrays.equals(found, content)).isTrue();
      assertThat(storage.list("")).containsExactlyInAnyOrder("chk-1", "chk-2");
    }
  }

  @Test
  void nameNode_away_thenBack() throws IOException {
    try (CheckpointStorage storage = open()) {
      publish(storage, "chk-1/_metadata", "before");
      StorageOutput output = storage.create("chk-2/a");
      output.write(new byte[100], 0, 100);
      cluster.shutdownNameNode(0);
      try {
        assertThatThrownBy(output::commit).isInstanceOf(StateIoException.class);
        assertThatThrownBy(() -> publish(storage, "chk-2/_metadata", ""))
            .isInstanceOf(StateIoException.class)
            .hasMessageContaining("chk-2/_metadata");
        assertThatThrownBy(() -> storage.delete("chk-1")).isInstanceOf(StateIoException.class);
        assertThatThrownBy(() -> storage.list("")).isInstanceOf(StateIoException.class);
      } finally {
        cluster.restartNameNode(true);
      }
      assertThat(storage.list("")).containsExactly("chk-1");
      publish(storage, "chk-2/_metadata", "after");
      assertThat(read(storage, "chk-2/_metadata")).isEqualTo("after");
    }
  }

  @Test
  void dataNode_lost_whileAFileIsWritten()
      throws IOException, TimeoutException, InterruptedException {
    byte[] content = new byte[3 << 20];
    new Random(2).nextBytes(content);
    try (CheckpointStorage storage = open()) {
      publish(storage, "chk-1/_metadata", "before");
      StorageOutput output = storage.create("chk-2/a");
      output.write(content, 0, 2 << 20);
      DataNodeProperties lost = cluster.stopDataNode(0);
      try {
        assertThat(read(storage, "chk-1/_metadata")).isEqualTo("before");
        output.write(content, 2 << 20, 1 << 20);
        output.commit();
        publish(storage, "chk-2/_metadata", "with one data node");
        try (StorageInput in = storage.open("chk-2/a")) {
          byte[] found = new byte[content.length];
          in.read(0, found, 0, found.length);
          assertThat(Arrays.equals(found, content)).isTrue();
        }
      } finally {
        assertThat(cluster.restartDataNode(lost, true)).isTrue();
        cluster.waitActive();
      }
      assertThat(read(storage, "chk-2/_metadata")).isEqualTo("with one data node");
    }
  }

  @Test
  void dataNodes_allLost_thenBack() throws IOException {
    try (CheckpointStorage storage = open()) {
      publish(storage, "chk-1/_metadata", "before");
      DataNodeProperties one = cluster.stopDataNode(0);
      DataNodeProperties other = cluster.stopDataNode(0);
      try {
        assertThatThrownBy(() -> publish(storage, "chk-2/_metadata", "content"))
            .isInstanceOf(StateIoException.class)
            .hasMessageContaining("chk-2/_metadata");
        assertThatThrownBy(() -> read(storage, "chk-1/_metadata"))
            .isInstanceOf(StateIoException.class)
            .hasMessageContaining("chk-1/_metadata");
        assertThat(storage.list("")).containsExactly("chk-1");
      } finally {
        assertThat(cluster.restartDataNode(one, true)).isTrue();
        assertThat(cluster.restartDataNode(other, true)).isTrue();
        cluster.waitActive();
      }
      publish(storage, "chk-2/_metadata", "after");
      assertThat(read(storage, "chk-1/_metadata")).isEqualTo("before");
      assertThat(read(storage, "chk-2/_metadata")).isEqualTo("after");
    }
  }
}
