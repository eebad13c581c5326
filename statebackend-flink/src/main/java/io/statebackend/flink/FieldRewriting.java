// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.Field;
import org.jspecify.annotations.Nullable;

/** Writes fields of pages anew, each migrated if need be. */
final class FieldRewriting<E> {
  private final int storedLength;
  private final int newLength;
  private final @Nullable Migration<E> migration;
  private final BinaryInput window = new BinaryInput();

  FieldRewriting(Wrapped<E> stored, Wrapped<E> changed, @Nullable Migration<E> migration) {
    this.storedLength = stored.fixedLength();
    this.newLength = changed.fixedLength();
    this.migration = migration;
  }

  /** Writes the next field of a page. */
  void rewrite(BinaryInput page, BinaryOutput out) {
    int length = Field.length(storedLength, page);
    if (migration == null) {
      Field.writeBytes(newLength, page.array(), page.position(), length, out);
    } else {
      window.reset(page.array(), page.position(), page.position() + length);
      int start = Field.begin(newLength, out);
      migration.migrate(window, out);
      Field.end(newLength, start, out);
    }
    page.skip(length);
  }
}
