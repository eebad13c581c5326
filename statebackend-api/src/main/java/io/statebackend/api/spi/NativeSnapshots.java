// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import io.statebackend.api.BinaryInput;
import io.statebackend.api.KeyGroupRange;
import java.util.List;
import java.util.Set;

/**
 * An engine's own snapshots: immutable files of which only new ones are written each time.
 *
 * <p>This is optional. The snapshots of an engine without it have the portable format. Savepoints
 * are always portable. Snapshot threads make the calls, except {@link #restore}, which the owner
 * calls.
 */
public interface NativeSnapshots {

  /**
   * Names the format of the engine's files. A snapshot is restored natively only into a store that
   * returns the same name.
   *
   * @return engine and version, such as {@code fs-1}
   */
  String format();

  /**
   * Writes the content of an image that files of earlier completed checkpoints do not have.
   *
   * @param checkpointId the checkpoint that the snapshot is for
   * @param frozen an image of the store
   * @param files where files are created and referred to
   * @return the manifest: what {@link #restore} needs to restore the store, up to 16 MiB
   */
  byte[] write(long checkpointId, FrozenStore frozen, NativeFiles files);

  /**
   * Tells how a checkpoint that {@link #write} was called for ended. Only files of completed
   * checkpoints may be referred to by later ones; those of others are deleted.
   *
   * <p>This call may come late, or not at all for some checkpoints: once a later one is completed,
   * nothing is known about them any more.
   *
   * @param checkpointId the checkpoint
   * @param completed whether it was completed
   */
  void settled(long checkpointId, boolean completed);

  /**
   * Tells that files of completed checkpoints are gone from the storage, because somebody has
   * deleted them. For images that are taken from now on, the next {@link #write} must not refer to
   * earlier files and writes everything again.
   */
  void forgetFiles();

  /**
   * Fills the store, which is empty and has no tables yet, with the entries of its key groups in
   * the snapshots. Tables that are created afterwards find what was restored under their name.
   *
   * @param snapshots the snapshots whose key groups overlap the store's, one or more
   * @return the names of the tables that were restored; tables without entries in the store's key
   *     groups may be missing. An image has these tables until they are {@linkplain KeyedStore#drop
   *     dropped}, which such an engine must support
   */
  Set<String> restore(List<Snapshot> snapshots);

  /**
   * A snapshot that {@link #write} made.
   *
   * @param keyGroups the key groups of the store that it was made of
   * @param manifest what {@link #write} returned
   * @param files opens the files that the manifest names
   */
  record Snapshot(KeyGroupRange keyGroups, BinaryInput manifest, NativeFiles files) {}
}
