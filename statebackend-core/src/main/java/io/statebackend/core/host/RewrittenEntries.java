// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;

/** Entries of an image in another form. The cursor below stays the caller's to close. */
final class RewrittenEntries implements EntryCursor {
  private final EntryCursor entries;
  private final EntryRewriting rewriting;
  private final BinaryOutput stored = new BinaryOutput();
  private final BinaryInput window = new BinaryInput();

  RewrittenEntries(EntryCursor entries, EntryRewriting rewriting) {
    this.entries = entries;
    this.rewriting = rewriting;
  }

  @Override
  public boolean next() {
    return entries.next();
  }

  @Override
  public void writeKey(BinaryOutput out) {
    entries.writeKey(out);
  }

  @Override
  public void writeNamespace(BinaryOutput out) {
    stored.reset();
    entries.writeNamespace(stored);
    window.reset(stored.array(), 0, stored.position());
    rewriting.writeNamespace(window, out);
  }

  @Override
  public void writeValue(BinaryOutput out) {
    stored.reset();
    entries.writeValue(stored);
    window.reset(stored.array(), 0, stored.position());
    rewriting.writeValue(window, out);
  }
}
