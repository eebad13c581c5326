// SPDX-License-Identifier: Apache-2.0
package io.statebackend.examples;

/** Hears how a job goes. Called by the job's threads, and quick to return. */
interface JobProgress {
  /**
   * The source has its position.
   *
   * @param position where the source begins
   * @param isAtEnd whether that is the end already
   */
  void began(SourcePosition position, boolean isAtEnd);

  /** The source has sent another line, or has come to another file. */
  void reached(SourcePosition position);

  /** The source takes its part of a checkpoint. */
  void snapshotTaken(SourcePosition position);

  /** A worker has counted some more words. */
  void counted(int words);
}
