// SPDX-License-Identifier: Apache-2.0
package io.statebackend.cli;

/** What commands tell to scripts. */
final class ExitStatus {
  /** All is well. */
  static final int FINE = 0;

  /** Something is damaged, or what was compared is different. */
  static final int DIFFERENT = 1;

  /** The command was not used as it is to be. */
  static final int USAGE = 2;

  /** Something is of another format or type than can be read. */
  static final int INCOMPATIBLE = 3;

  /**
   * Something cannot be read or written: it is gone, locked, or the storage answers with an error.
   */
  static final int UNAVAILABLE = 4;

  private ExitStatus() {}
}
