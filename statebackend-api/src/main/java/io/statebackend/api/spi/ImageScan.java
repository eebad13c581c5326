// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import java.util.Arrays;
import java.util.function.Consumer;

/** Finds what an image holds under a key by looking at all entries of the key group. */
final class ImageScan {
  private ImageScan() {}

  /** Hands the value, or all pages of the list or map, of a key and namespace over in order. */
  static <N> void pages(
      FrozenStore image,
      TableSpec<N> table,
      KeyContext<?> key,
      N namespace,
      Consumer<BinaryInput> reader) {
    BinaryOutput wanted = new BinaryOutput();
    table.namespaceSerializer().serialize(namespace, wanted);
    BinaryOutput bytes = new BinaryOutput();
    BinaryInput page = new BinaryInput();
    try (EntryCursor entries = image.entries(table.name(), key.keyGroup())) {
      while (entries.next()) {
        bytes.reset();
        entries.writeKey(bytes);
        if (isSame(bytes, key.bytes())) {
          bytes.reset();
          entries.writeNamespace(bytes);
          if (isSame(bytes, wanted)) {
            bytes.reset();
            entries.writeValue(bytes);
            page.reset(bytes.array(), 0, bytes.position());
            reader.accept(page);
          }
        }
      }
    }
  }

  private static boolean isSame(BinaryOutput a, BinaryOutput b) {
    return Arrays.equals(a.array(), 0, a.position(), b.array(), 0, b.position());
  }
}
