// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.Closing;
import io.statebackend.core.snapshot.SnapshotReader;
import java.util.List;

/**
 * The restored snapshots of one operator, open for reading while somebody needs them.
 *
 * <p>Thread-safe: the subtask closes it when it is done, and snapshots in progress that carry
 * undeclared states hold it open until they are.
 */
public final class RestoredSnapshots implements AutoCloseable {
  private final List<SnapshotReader> parts;
  private final List<NativePart> nativeParts;
  private final long timestampMillis;

  /** Snapshots in progress that read from here; guarded by {@code this}. */
  private int holders;

  private boolean closed;

  /**
   * Takes over open snapshots.
   *
   * @param parts one per old subtask, in their order; none if nothing is restored
   * @param nativeParts the keyed state of old subtasks in an engine's own format
   * @param timestampMillis when the checkpoint was taken; of no meaning if nothing is restored
   */
  public RestoredSnapshots(
      List<SnapshotReader> parts, List<NativePart> nativeParts, long timestampMillis) {
    this.timestampMillis = timestampMillis;
    this.parts = List.copyOf(parts);
    this.nativeParts = List.copyOf(nativeParts);
  }

  List<SnapshotReader> parts() {
    return parts;
  }

  /** Returns when the checkpoint was taken, in milliseconds since 1970-01-01 UTC. */
  long timestampMillis() {
    return timestampMillis;
  }

  List<NativePart> nativeParts() {
    return nativeParts;
  }

  /** Tells whether an engine wrote the keyed state of the same old subtask in its own format. */
  boolean isNative(SnapshotReader part) {
    return nativeParts.stream()
        .anyMatch(other -> other.snapshot().keyGroups().equals(part.header().keyGroups()));
  }

  synchronized void hold() {
    if (closed) {
      throw new StateClosedException("the restored snapshots are closed");
    }
    holders++;
  }

  synchronized void release() {
    holders--;
    closeIfUnused();
  }

  /** Closes the files as soon as no snapshot in progress reads them. Closing twice does nothing. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      closeIfUnused();
    }
  }

  private void closeIfUnused() {
    if (closed && holders == 0) {
      Closing.all(parts.stream().<Runnable>map(part -> part::close).toList());
    }
  }
}
