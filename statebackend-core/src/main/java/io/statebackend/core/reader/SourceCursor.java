// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.reader;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import java.util.function.Predicate;

/** Stored entries as they are written again, without those that are not wanted any more. */
final class SourceCursor implements EntryCursor {
  private final EntrySource entries;
  private final Predicate<EntrySource> isWanted;

  SourceCursor(EntrySource entries, Predicate<EntrySource> isWanted) {
    this.entries = entries;
    this.isWanted = isWanted;
  }

  @Override
  public boolean next() {
    while (entries.next()) {
      if (isWanted.test(entries)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public void writeKey(BinaryOutput out) {
    write(entries.key(), out);
  }

  @Override
  public void writeNamespace(BinaryOutput out) {
    write(entries.namespace(), out);
  }

  @Override
  public void writeValue(BinaryOutput out) {
    write(entries.value(), out);
  }

  static void write(BinaryInput stored, BinaryOutput out) {
    out.write(stored.array(), stored.position(), stored.remaining());
  }
}
