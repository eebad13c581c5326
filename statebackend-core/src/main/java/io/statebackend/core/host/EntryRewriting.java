// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.BinaryOutput;

/** Writes the entries of a table in another form. Keys stay as they are. */
public interface EntryRewriting {

  /**
   * Writes a namespace; by default as it is.
   *
   * @param stored the namespace, a window on exactly its bytes
   * @param out where to
   */
  default void writeNamespace(BinaryInput stored, BinaryOutput out) {
    out.write(stored.array(), stored.position(), stored.remaining());
  }

  /**
   * Writes a value, or the page of a list or map.
   *
   * @param stored the value or page, a window on exactly its bytes
   * @param out where to
   */
  void writeValue(BinaryInput stored, BinaryOutput out);
}
