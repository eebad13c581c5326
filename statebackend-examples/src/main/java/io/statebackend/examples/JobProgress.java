// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

import io.statebackend.core.checkpoint.CompletedCheckpoint;
import org.jspecify.annotations.Nullable;

/** Hears how a job goes. Called by the job's threads, and quick to return. */
interface JobProgress {
  /**
   * The source has its position.
   *
   * @param restored the checkpoint that was restored, or {@code null}
   * @param position where the source begins
   * @param isAtEnd whether that is the end already
   */
  void began(@Nullable CompletedCheckpoint restored, SourcePosition position, boolean isAtEnd);

  /** The source has sent another line, or has come to another file. */
  void reached(SourcePosition position);

  /** The source has taken its part of a checkpoint. */
  void snapshotTaken(long checkpointId, SourcePosition position);

  /** A worker has counted some more words. */
  void counted(int words);
}
