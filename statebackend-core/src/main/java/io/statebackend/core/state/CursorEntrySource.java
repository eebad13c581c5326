// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;
import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;

/** The entries of an image, to be loaded into a table. */
public final class CursorEntrySource implements EntrySource {
  private final EntryCursor entries;
  private final BinaryOutput bytes = new BinaryOutput();
  private final BinaryInput key = new BinaryInput();
  private final BinaryInput namespace = new BinaryInput();
  private final BinaryInput value = new BinaryInput();

  /** Creates a source; the cursor stays the caller's to close. */
  public CursorEntrySource(EntryCursor entries) {
    this.entries = entries;
  }

  @Override
  public boolean next() {
    if (!entries.next()) {
      return false;
    }
    bytes.reset();
    entries.writeKey(bytes);
    int keyEnd = bytes.position();
    entries.writeNamespace(bytes);
    int namespaceEnd = bytes.position();
    entries.writeValue(bytes);
    key.reset(bytes.array(), 0, keyEnd);
    namespace.reset(bytes.array(), keyEnd, namespaceEnd);
    value.reset(bytes.array(), namespaceEnd, bytes.position());
    return true;
  }

  /** Answers zero: an image does not know how many it has. */
  @Override
  public long entryCount() {
    return 0;
  }

  @Override
  public BinaryInput key() {
    return key;
  }

  @Override
  public BinaryInput namespace() {
    return namespace;
  }

  @Override
  public BinaryInput value() {
    return value;
  }
}
