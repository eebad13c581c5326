// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

/** A file or directory of a disk. */
sealed interface Node permits FileNode, DirectoryNode {
  /** Makes what was changed durable. */
  void sync();
}
