// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The iterators of a table that look pages up one by one. They have to know when their list or map
 * is cleared, lest they go on with another one of the same key. Iterators are given up without
 * notice, so references to them are weak.
 */
final class PagedIterators {
  private static final int PRUNED_SIZE = 64;

  private final List<WeakReference<Walk>> walks = new ArrayList<>();
  private int pruneAt = PRUNED_SIZE;

  /** What one iterator knows of its list or map. */
  static final class Walk {
    private final KeyPart key = new KeyPart(0);
    private boolean ended;

    private Walk(KeyPart source) {
      key.copy(source.bytes(), 0, source.length());
    }

    /** Returns the bytes of the key part; the hash is not that of the index. */
    KeyPart key() {
      return key;
    }

    boolean isEnded() {
      return ended;
    }
  }

  Walk begin(KeyPart key) {
    if (walks.size() >= pruneAt) {
      walks.removeIf(walk -> walk.refersTo(null));
      pruneAt = Math.max(PRUNED_SIZE, 2 * walks.size());
    }
    Walk walk = new Walk(key);
    walks.add(new WeakReference<>(walk));
    return walk;
  }

  /** Ends the iterators over what lies under a key part. */
  void end(KeyPart key) {
    for (WeakReference<Walk> reference : walks) {
      Walk walk = reference.get();
      if (walk != null
          && Arrays.equals(walk.key.bytes(), 0, walk.key.length(), key.bytes(), 0, key.length())) {
        walk.ended = true;
      }
    }
  }
}
