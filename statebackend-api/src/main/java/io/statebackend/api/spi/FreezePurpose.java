// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

/** The purpose of an image, so that an engine prepares no more than it needs. */
public enum FreezePurpose {
  /** For a snapshot: {@link NativeSnapshots#write} may be given the image. */
  SNAPSHOT,

  /**
   * Only to be read, by a query or a portable snapshot, and never given to {@link
   * NativeSnapshots#write}: no files are linked, flushed or reserved for it.
   */
  READ
}
