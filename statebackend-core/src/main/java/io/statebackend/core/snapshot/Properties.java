// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;

/**
 * Room for what later writers add and readers may ignore, as specified in
 * docs/format/snapshot-v1.md. Version 1 writes no properties and skips those it finds.
 */
final class Properties {
  private Properties() {}

  static void writeNone(BinaryOutput out) {
    out.writeVarInt(0);
  }

  static void skip(BinaryInput in) {
    int count = in.readLength();
    for (int i = 0; i < count; i++) {
      in.skip(in.readLength());
      in.skip(in.readLength());
    }
  }
}
