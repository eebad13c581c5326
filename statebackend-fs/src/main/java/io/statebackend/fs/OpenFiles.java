// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many working files of a store are open: however large the log is, descriptors are few.
 * Thread-safe.
 */
final class OpenFiles {
  private final int countMax;

  /** In the order in which they were opened. Guarded by this. */
  private final Set<SpillFile> files = new LinkedHashSet<>();

  OpenFiles(int countMax) {
    this.countMax = countMax;
  }

  /** Notes that a file was opened, and closes the one that was opened first if necessary. */
  void opened(SpillFile file) {
    SpillFile oldest = add(file);
    if (oldest != null) {
      // Not under the lock: files have locks of their own.
      oldest.letGo();
    }
  }

  private synchronized @Nullable SpillFile add(SpillFile file) {
    files.remove(file);
    files.add(file);
    if (files.size() <= countMax) {
      return null;
    }
    SpillFile oldest = files.iterator().next();
    files.remove(oldest);
    return oldest;
  }

  /** Takes note that a file was deleted. */
  synchronized void forget(SpillFile file) {
    files.remove(file);
  }

  /** Returns how many files are open at most. */
  synchronized int count() {
    return files.size();
  }
}
