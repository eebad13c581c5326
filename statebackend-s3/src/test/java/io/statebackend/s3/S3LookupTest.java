// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.testkit.StorageLookupContract;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Storages in S3 are found by their scheme. */
final class S3LookupTest extends StorageLookupContract {

  @BeforeEach
  void setCredentials() {
    System.setProperty("aws.accessKeyId", "name");
    System.setProperty("aws.secretAccessKey", "secret");
  }

  @AfterEach
  void clearCredentials() {
    System.clearProperty("aws.accessKeyId");
    System.clearProperty("aws.secretAccessKey");
  }

  private final String prefix = UUID.randomUUID().toString();

  @Override
  protected String address(Path directory) {
    return "s3://bucket/" + prefix + "?path-style=true";
  }

  @Override
  protected Map<String, String> settings() {
    return Map.of(
        "endpoint",
        TestStores.fixture().endpoint().toString(),
        "region",
        "us-east-1",
        "part-size",
        "5mb",
        "parallelism",
        "2",
        "timeout",
        "20 s");
  }
}
