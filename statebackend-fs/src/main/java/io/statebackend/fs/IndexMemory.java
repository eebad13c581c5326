// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

/** Where the index takes memory from. */
interface IndexMemory {

  /** Takes memory that cannot be refused. */
  void charge(long bytes);

  /** Gives memory back that was taken in an epoch, when no image shares it any more. */
  void giveUp(long madeIn, long bytes);
}
