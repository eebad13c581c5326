// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

/** What an image is taken for, so that an engine prepares no more than is needed. */
public enum FreezePurpose {
  /** For a snapshot: {@link NativeSnapshots#write} may be given the image. */
  SNAPSHOT,

  /**
   * Only to be read, by a query or a portable snapshot, and never given to {@link
   * NativeSnapshots#write}: no files are linked, flushed or reserved for it.
   */
  READ
}
