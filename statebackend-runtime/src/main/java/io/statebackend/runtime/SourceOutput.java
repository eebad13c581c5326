// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

/**
 * Where a source puts its records and tells of event time.
 *
 * @param <T> the type of the records
 */
public interface SourceOutput<T> extends Output<T> {
  /**
   * Tells that no record of an earlier time is expected any more.
   *
   * @param timestamp the time; what is not later than one before is ignored
   * @throws JobStoppedException if the job stops because another part has failed
   */
  void watermark(long timestamp);
}
