// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.io.IOException;
import java.io.InputStream;

/** A stream that cannot be read. */
final class FailingStream extends InputStream {
  private final String reason;

  FailingStream(String reason) {
    this.reason = reason;
  }

  @Override
  public int read() throws IOException {
    throw new IOException(reason);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    throw new IOException(reason);
  }
}
