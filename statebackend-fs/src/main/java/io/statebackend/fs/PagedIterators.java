// SPDX-License-Identifier: Apache-2.0
package io.statebackend.fs;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The iterators of a table that look pages up one by one. They have to know when their list or map
 * is cleared, lest they go on with another one of the same key. Iterators are abandoned without
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
      key.copy(source);
    }

    /** Returns the key part of the list or map. */
    KeyPart key() {
      return key;
    }

    boolean isEnded() {
      return ended;
    }

    /** Takes note that there are no more pages. */
    void end() {
      ended = true;
    }

    private boolean isOver(KeyPart other) {
      return Arrays.equals(key.bytes(), 0, key.length(), other.bytes(), 0, other.length());
    }
  }

  Walk begin(KeyPart key) {
    if (walks.size() >= pruneAt) {
      walks.removeIf(PagedIterators::isOver);
      pruneAt = Math.max(PRUNED_SIZE, 2 * walks.size());
    }
    Walk walk = new Walk(key);
    walks.add(new WeakReference<>(walk));
    return walk;
  }

  private static boolean isOver(WeakReference<Walk> reference) {
    Walk walk = reference.get();
    return walk == null || walk.ended;
  }

  /** Ends the iterators over what lies under a key part. */
  void end(KeyPart key) {
    for (WeakReference<Walk> reference : walks) {
      Walk walk = reference.get();
      if (walk != null && walk.isOver(key)) {
        walk.end();
      }
    }
  }

  /** Tells whether an iterator over what lies under a key part may still go on. */
  boolean isUnderWay(KeyPart key) {
    for (WeakReference<Walk> reference : walks) {
      Walk walk = reference.get();
      if (walk != null && !walk.ended && walk.isOver(key)) {
        return true;
      }
    }
    return false;
  }
}
