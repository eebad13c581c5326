// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** A text to count: named files in a fixed order. */
interface TextInput {

  /** Returns the names of the files, in the order in which they are read; at least one. */
  List<String> files();

  /**
   * Opens a file at its beginning.
   *
   * @param file one of {@link #files()}
   * @throws IOException if it cannot be read
   */
  InputStream open(String file) throws IOException;

  /** Tells whether the text can be read more than once. */
  boolean isRepeatable();

  /**
   * Tells whether there is something to read, or the end has come; may wait a moment to see.
   *
   * @throws InterruptedException if interrupted while waiting
   */
  boolean isReady() throws InterruptedException;

  /**
   * Returns what tells this text from others: what kind it is, its name and size. A checkpoint is
   * resumed only with a text that answers the same.
   */
  String identity();
}
