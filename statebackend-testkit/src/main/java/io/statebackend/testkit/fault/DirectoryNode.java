// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A directory: its entries, and which of them are on the disk. Guarded by the disk. */
final class DirectoryNode implements Node {
  /** What is there, in an order that is arbitrary and the same in every run. */
  final Map<String, Node> visible = new HashMap<>();

  final Map<String, Node> durable = new HashMap<>();

  private final DirectoryChanges changes;

  DirectoryNode(DirectoryChanges changes) {
    this.changes = changes;
  }

  /** An entry that is set to a node, or removed if that is {@code null}. */
  record Entry(DirectoryNode directory, String name, @Nullable Node node) {
    void applyTo(Map<String, Node> entries) {
      if (node == null) {
        entries.remove(name);
      } else {
        entries.put(name, node);
      }
    }

    boolean isSameAs(Entry other) {
      return directory == other.directory && name.equals(other.name);
    }
  }

  DirectoryChanges changes() {
    return changes;
  }

  @Override
  public void sync() {
    changes.sync(this);
  }
}
