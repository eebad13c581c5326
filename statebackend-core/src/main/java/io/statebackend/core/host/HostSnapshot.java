// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.host;

import java.util.List;
import java.util.Set;

/**
 * A native snapshot that was written for a host. Immutable.
 *
 * @param <H> what the host finds files by
 */
public final class HostSnapshot<H> {
  private final byte[] manifest;
  private final List<HostFile<H>> files;
  private final Set<String> reused;

  HostSnapshot(byte[] manifest, List<HostFile<H>> files, Set<String> reused) {
    this.manifest = manifest;
    this.files = List.copyOf(files);
    this.reused = Set.copyOf(reused);
  }

  /**
   * Returns what it takes besides the files to restore the snapshot. The host stores it as it is.
   *
   * @return the bytes, specified in docs/format/host-manifest-v1.md; not a copy
   */
  public byte[] manifest() {
    return manifest;
  }

  /**
   * Returns the files of the snapshot, new ones and those of earlier snapshots.
   *
   * @return the files, unmodifiable
   */
  public List<HostFile<H>> files() {
    return files;
  }

  /**
   * Tells whether an earlier snapshot has created a file.
   *
   * @param file a file of the snapshot
   * @return whether it was reused
   */
  public boolean isReused(HostFile<H> file) {
    return reused.contains(file.name());
  }

  /**
   * Returns what the snapshot has written.
   *
   * @return the length of the new files in bytes
   */
  public long newBytes() {
    return files.stream().filter(file -> !isReused(file)).mapToLong(HostFile::length).sum();
  }

  /**
   * Returns what the snapshot shares with earlier ones.
   *
   * @return the length of the reused files in bytes
   */
  public long reusedBytes() {
    return files.stream().filter(this::isReused).mapToLong(HostFile::length).sum();
  }
}
