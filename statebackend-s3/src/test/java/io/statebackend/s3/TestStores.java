// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.testkit.fault.FaultObjectServer;
import java.net.URI;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;

/** The servers of these tests, which are started once, and storages on them. */
final class TestStores {
  private static final String BUCKET = "bucket";
  private static final String NAME = "name";
  private static final String SECRET = "secret";

  private static FaultObjectServer fixture;
  private static S3ProxyExtension proxy;

  private TestStores() {}

  /** The server that fails on demand. */
  static synchronized FaultObjectServer fixture() {
    if (fixture == null) {
      fixture = FaultObjectServer.start();
    }
    return fixture;
  }

  /** A server that others have written. */
  static synchronized URI proxy() {
    try {
      if (proxy == null) {
        S3ProxyExtension started =
            S3ProxyExtension.builder()
                .withCredentials(NAME, SECRET)
                .withBlobStoreProvider("transient-nio2")
                .build();
        started.beforeEach(null);
        proxy = started;
        try (AwsBucket bucket = new AwsBucket(builder(started.getUri()))) {
          bucket.create(BUCKET);
        }
      }
      return proxy.getUri();
    } catch (Exception e) {
      throw new IllegalStateException("s3proxy does not start", e);
    }
  }

  /** Creates buckets. */
  private static final class AwsBucket implements AutoCloseable {
    private final software.amazon.awssdk.services.s3.S3Client client;

    AwsBucket(S3CheckpointStorageBuilder builder) {
      var clientBuilder = software.amazon.awssdk.services.s3.S3Client.builder();
      builder.customization().accept(clientBuilder);
      client =
          clientBuilder
              .httpClient(
                  software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient.create())
              .endpointOverride(builder.endpoint())
              .region(software.amazon.awssdk.regions.Region.US_EAST_1)
              .forcePathStyle(true)
              .build();
    }

    void create(String name) {
      client.createBucket(create -> create.bucket(name));
    }

    @Override
    public void close() {
      client.close();
    }
  }

  /** Opens a storage by the endpoint of its server and, as the path of that, its prefix. */
  static S3CheckpointStorage open(URI endpointAndPrefix) {
    String prefix = endpointAndPrefix.getPath().substring(1);
    return builder(endpointAndPrefix.resolve("/")).prefix(prefix).open();
  }

  /** Begins to describe a storage on a server. */
  static S3CheckpointStorageBuilder builder(URI endpoint) {
    return S3CheckpointStorage.builder(BUCKET)
        .endpoint(endpoint)
        .region("us-east-1")
        .pathStyle(true)
        .pauseMillis(1)
        .client(
            client ->
                client.credentialsProvider(
                    StaticCredentialsProvider.create(AwsBasicCredentials.create(NAME, SECRET))));
  }
}
