// SPDX-License-Identifier: Apache-2.0
package io.statebackend.bench.serializers;

import java.io.IOException;

/** A serializer with the values of one type, and a buffer. */
interface SerializerSubject {

  /** How many values there are; a loop over them is one invocation. */
  int VALUE_COUNT = 64;

  /**
   * Writes all values into the buffer, from its start.
   *
   * @return the number of bytes
   */
  int write() throws IOException;

  /**
   * Reads all values from the buffer.
   *
   * @return the last one
   */
  Object read() throws IOException;
}
