// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import io.statebackend.testkit.fault.DirectoryNode.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The changes of all directories of a disk that are not synced, in order. Guarded by the disk. */
final class DirectoryChanges {

  /** Each change sets one entry, or several at once. */
  private final List<List<Entry>> unsynced = new ArrayList<>();

  void make(List<Entry> change) {
    change.forEach(entry -> entry.applyTo(entry.directory().visible));
    unsynced.add(change);
  }

  /**
   * Makes the changes of a directory durable. With a rename from or to another directory goes what
   * was done before to the same entry there.
   */
  void sync(DirectoryNode directory) {
    List<Entry> synced = new ArrayList<>();
    List<List<Entry>> changes = new ArrayList<>();
    for (int i = unsynced.size() - 1; i >= 0; i--) {
      List<Entry> change = unsynced.get(i);
      boolean isSynced =
          change.stream()
              .anyMatch(
                  entry ->
                      entry.directory() == directory || synced.stream().anyMatch(entry::isSameAs));
      if (isSynced) {
        synced.addAll(change);
        changes.add(0, change);
        unsynced.remove(i);
      }
    }
    changes.forEach(change -> change.forEach(entry -> entry.applyTo(entry.directory().durable)));
  }

  /** Copies a directory, with all that is beneath it, as a crash leaves it. */
  DirectoryNode afterCrash(DirectoryNode root, Unsynced rule) {
    Map<DirectoryNode, Map<String, Node>> left = new HashMap<>();
    for (List<Entry> change : unsynced) {
      if (rule.ofDirectoryChange() == Unsynced.Fate.KEPT) {
        for (Entry entry : change) {
          DirectoryNode directory = entry.directory();
          entry.applyTo(left.computeIfAbsent(directory, node -> new HashMap<>(node.durable)));
        }
      }
    }
    return new Copy(left, rule).of(root);
  }

  /** A copy under way. */
  private static final class Copy {
    private final Map<DirectoryNode, Map<String, Node>> left;
    private final Unsynced rule;
    private final DirectoryChanges changes = new DirectoryChanges();
    private final Map<Node, Node> copies = new HashMap<>();

    Copy(Map<DirectoryNode, Map<String, Node>> left, Unsynced rule) {
      this.left = left;
      this.rule = rule;
    }

    DirectoryNode of(DirectoryNode directory) {
      DirectoryNode copy = new DirectoryNode(changes);
      copies.put(directory, copy);
      left.getOrDefault(directory, directory.durable)
          .forEach(
              (name, node) -> {
                Node nodeCopy = copies.containsKey(node) ? copies.get(node) : of(node);
                copy.visible.put(name, nodeCopy);
                copy.durable.put(name, nodeCopy);
              });
      return copy;
    }

    private Node of(Node node) {
      if (node instanceof DirectoryNode directory) {
        return of(directory);
      }
      FileNode copy = ((FileNode) node).afterCrash(rule);
      copies.put(node, copy);
      return copy;
    }
  }
}
