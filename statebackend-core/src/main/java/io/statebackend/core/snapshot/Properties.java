// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.snapshot;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.CorruptStateException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Extra data that later writers may add and readers may ignore, as specified in
 * docs/format/snapshot-v1.md. A reader skips the names that it does not know.
 */
final class Properties {
  private Properties() {}

  static void writeNone(BinaryOutput out) {
    out.writeVarInt(0);
  }

  static void write(BinaryOutput out, Map<String, byte[]> properties) {
    out.writeVarInt(properties.size());
    new TreeMap<>(properties)
        .forEach(
            (name, value) -> {
              out.writeString(name);
              out.writeVarInt(value.length);
              out.write(value, 0, value.length);
            });
  }

  /** Reads all properties; the values are windows on the input's array. */
  static Map<String, BinaryInput> read(BinaryInput in) {
    Map<String, BinaryInput> properties = new HashMap<>();
    int count = in.readLength();
    for (int i = 0; i < count; i++) {
      String name = in.readString();
      BinaryInput value = new BinaryInput(in.readBytes(in.readLength()));
      if (properties.put(name, value) != null) {
        throw new CorruptStateException("property is there twice: name='" + name + "'");
      }
    }
    return properties;
  }

  static void skip(BinaryInput in) {
    int count = in.readLength();
    for (int i = 0; i < count; i++) {
      in.skip(in.readLength());
      in.skip(in.readLength());
    }
  }
}
