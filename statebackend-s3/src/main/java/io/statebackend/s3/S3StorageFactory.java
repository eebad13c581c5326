// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.spi.CheckpointStorageFactory;
import io.statebackend.api.spi.Options;
import io.statebackend.api.storage.CheckpointStorage;
import java.net.URI;

/**
 * Opens prefixes of buckets by their addresses: {@code s3://bucket/prefix}. The settings of the
 * address ({@link S3CheckpointStorage#open(URI)}) may be given beside it as well.
 */
public final class S3StorageFactory implements CheckpointStorageFactory {

  /** Called by the service loader. */
  public S3StorageFactory() {}

  /**
   * {@inheritDoc}
   *
   * @return {@code s3}
   */
  @Override
  public String scheme() {
    return "s3";
  }

  @Override
  public CheckpointStorage open(URI address, Options options) {
    return builder(address, options).open();
  }

  @Override
  public CheckpointStorage openReadOnly(URI address, Options options) {
    return builder(address, options).openReadOnly();
  }

  private static S3CheckpointStorageBuilder builder(URI address, Options options) {
    S3CheckpointStorageBuilder builder = S3CheckpointStorageBuilder.of(address).set(options);
    options.checkNoneUnknown();
    return builder;
  }
}
