// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import io.statebackend.api.storage.CheckpointStorage;
import io.statebackend.api.storage.StorageInput;
import io.statebackend.api.storage.StorageOutput;

/**
 * Brings a savepoint from one storage to another. A savepoint needs no file outside of its own
 * directory, so that its bytes stay as they are.
 */
final class SavepointMove {
  /** The file that makes a savepoint complete, which comes last. */
  private static final String METADATA = "_metadata";

  private static final int BUFFER_BYTES = 1 << 16;

  private SavepointMove() {}

  static void move(CheckpointStorage from, String directory, CheckpointStorage to) {
    for (String name : from.list(directory)) {
      if (!name.equals(METADATA)) {
        copy(from, directory + "/" + name, to);
      }
    }
    String metadata = directory + "/" + METADATA;
    try (StorageInput input = from.open(metadata)) {
      byte[] content = new byte[Math.toIntExact(input.length())];
      input.read(0, content, 0, content.length);
      to.publish(metadata, content);
    }
    from.delete(metadata);
    from.delete(directory);
  }

  private static void copy(CheckpointStorage from, String file, CheckpointStorage to) {
    try (StorageInput input = from.open(file);
        StorageOutput output = to.create(file)) {
      byte[] buffer = new byte[BUFFER_BYTES];
      for (long position = 0; position < input.length(); ) {
        int count = (int) Math.min(buffer.length, input.length() - position);
        input.read(position, buffer, 0, count);
        output.write(buffer, 0, count);
        position += count;
      }
      output.commit();
    }
  }
}
