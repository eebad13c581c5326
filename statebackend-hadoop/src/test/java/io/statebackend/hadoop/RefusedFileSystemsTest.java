// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateIoException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** File systems that do not create and rename exclusively are refused by name. */
final class RefusedFileSystemsTest {

  @ParameterizedTest
  @CsvSource({
    "file:///tmp/checkpoints, FileCheckpointStorage",
    "s3a://bucket/checkpoints, S3CheckpointStorage",
    "viewfs://cluster/checkpoints, hdfs: address",
    "webhdfs://namenode:9870/checkpoints, hdfs: address",
    "gs://bucket/checkpoints, object stores"
  })
  void open_knownAndUnfit(URI address, String wayOut) {
    assertThatThrownBy(() -> HadoopCheckpointStorage.open(address, new Configuration()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scheme=" + address.getScheme())
        .hasMessageContaining(wayOut);
  }

  @Test
  void open_unknown_isNamedByItsClass() {
    Configuration configuration = new Configuration();
    configuration.set("fs.other.impl", Other.class.getName());
    URI address = URI.create("other:///tmp/checkpoints");
    assertThatThrownBy(() -> HadoopCheckpointStorage.open(address, configuration))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Other.class.getName());
    assertThatThrownBy(() -> HadoopCheckpointStorage.openReadOnly(address, configuration))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A file system of another one's making. */
  public static final class Other extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("other:///");
    }
  }

  @Test
  void open_withoutAnImplementation() {
    URI address = URI.create("nothing://host/checkpoints");
    assertThatThrownBy(() -> HadoopCheckpointStorage.open(address, new Configuration()))
        .isInstanceOf(StateIoException.class)
        .hasMessageContaining("nothing");
  }

  @ParameterizedTest
  @CsvSource({"/checkpoints", "hdfs:checkpoints", "checkpoints"})
  void open_noAddress(URI address) {
    assertThatThrownBy(() -> HadoopCheckpointStorage.open(address, new Configuration()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hdfs://");
  }
}
