// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint.catalog;

import io.statebackend.api.storage.StorageOutput;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/** A file that tells its length and checksum when it is committed, and when it has ended. */
final class MeasuredOutput implements StorageOutput {

  /** The length and checksum of what was written. */
  record Measure(long length, int crc32c) {}

  private final StorageOutput output;
  private final Consumer<Measure> whenCommitted;
  private final Consumer<StorageOutput> whenEnded;
  private final CRC32C crc = new CRC32C();
  private long length;

  MeasuredOutput(
      StorageOutput output, Consumer<Measure> whenCommitted, Consumer<StorageOutput> whenEnded) {
    this.output = output;
    this.whenCommitted = whenCommitted;
    this.whenEnded = whenEnded;
  }

  @Override
  public void write(byte[] bytes, int offset, int count) {
    output.write(bytes, offset, count);
    crc.update(bytes, offset, count);
    length += count;
  }

  @Override
  public void commit() {
    output.commit();
    whenCommitted.accept(new Measure(length, (int) crc.getValue()));
  }

  @Override
  public void close() {
    try {
      output.close();
    } finally {
      whenEnded.accept(this);
    }
  }
}
