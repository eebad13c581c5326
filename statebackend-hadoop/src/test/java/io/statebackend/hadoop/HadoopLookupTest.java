// SPDX-License-Identifier: Apache-2.0
package io.statebackend.hadoop;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.core.storage.CheckpointStorages;
import io.statebackend.testkit.StorageLookupContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Storages in HDFS are found by their scheme. */
final class HadoopLookupTest extends StorageLookupContract {
  private final String directory = UUID.randomUUID().toString();
  private Path configuration;

  @BeforeEach
  void writeConfiguration(@TempDir Path temporary) {
    configuration = temporary.resolve("hdfs-site.xml");
    try (Writer out = Files.newBufferedWriter(configuration)) {
      TestCluster.configuration().writeXml(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  protected String address(Path emptyDirectory) {
    return TestCluster.shared().at("lookup/" + directory).toString();
  }

  @Override
  protected Map<String, String> settings() {
    return Map.of("configuration", configuration.toString());
  }

  @Test
  void open_configurationThatIsNotThere_isRefused() {
    assertThatThrownBy(
            () ->
                CheckpointStorages.open(
                    "hdfs://namenode/checkpoints", Map.of("configuration", "absent.xml")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("configuration")
        .hasMessageContaining("absent.xml");
  }
}
