// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

/** What a channel carries between the records. */
sealed interface Signal {

  /** All records before it belong to a checkpoint, and none after it. */
  record Barrier(long checkpointId) implements Signal {}

  /** No record of an earlier time comes after it, as far as the sender knows. */
  record Watermark(long timestamp) implements Signal {}

  /** Nothing may come for a while; time goes on without this sender. */
  enum Mark implements Signal {
    IDLE,
    END
  }
}
