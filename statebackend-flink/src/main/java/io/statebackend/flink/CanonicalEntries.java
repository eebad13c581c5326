// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.StateIoException;
import java.io.IOException;
import org.apache.flink.runtime.state.restore.KeyGroupEntry;
import org.apache.flink.runtime.state.restore.ThrowingIterator;
import org.jspecify.annotations.Nullable;

/**
 * The entries of one key group in Flink's canonical form, those of one state after those of
 * another. Stands before or on an entry; key and value are windows on arrays of their own.
 */
final class CanonicalEntries {
  private static final byte[] NO_BYTES = {};

  private final ThrowingIterator<KeyGroupEntry> entries;
  private final BinaryInput key = new BinaryInput();
  private final BinaryInput value = new BinaryInput();

  /** The entry that comes next, which may be of another state; {@code null} at the end. */
  private @Nullable KeyGroupEntry next;

  private int stateId = -1;

  CanonicalEntries(ThrowingIterator<KeyGroupEntry> entries) {
    this.entries = entries;
    read();
  }

  private void read() {
    try {
      next = entries.hasNext() ? entries.next() : null;
    } catch (IOException e) {
      throw new StateIoException("cannot read a snapshot of Flink's: reason=" + e, e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new StateIoException("cannot read a snapshot of Flink's: reason=" + e, e);
    }
  }

  /** Moves to the state of the next entry; returns -1 if there is none. */
  int nextState() {
    KeyGroupEntry following = next;
    stateId = following == null ? -1 : following.getKvStateId();
    // What nobody has read of the last entry must not be taken for a part of the next one.
    key.reset(NO_BYTES, 0, 0);
    value.reset(NO_BYTES, 0, 0);
    return stateId;
  }

  /** Moves to the next entry of the present state; false if there is none. */
  boolean next() {
    KeyGroupEntry following = next;
    if (following == null || following.getKvStateId() != stateId) {
      return false;
    }
    byte[] keyBytes = following.getKey();
    key.reset(keyBytes, 0, keyBytes.length);
    byte[] valueBytes = following.getValue();
    value.reset(valueBytes, 0, valueBytes.length);
    read();
    return true;
  }

  BinaryInput key() {
    return key;
  }

  BinaryInput value() {
    return value;
  }
}
