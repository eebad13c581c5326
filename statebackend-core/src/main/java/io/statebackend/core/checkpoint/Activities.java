// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.checkpoint;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The work of a coordinator in its storage. The storage belongs to it until the last activity has
 * ended, however long ago the coordinator was closed. Thread-safe.
 */
final class Activities {

  /** Work that is running until it is ended. */
  final class Activity {
    private final Supplier<String> description;

    private Activity(Supplier<String> description) {
      this.description = description;
    }

    /** Ends it. Ending it twice does nothing. */
    void end() {
      finish(this);
    }
  }

  /** Guarded by {@code this}. */
  private final Set<Activity> active = new LinkedHashSet<>();

  /** The threads that work for the coordinator, and how deep. Guarded by {@code this}. */
  private final Map<Thread, Integer> inside = new HashMap<>();

  /** Called once when nothing goes on any more after the close. Guarded by {@code this}. */
  private @Nullable Runnable whenEnded;

  private boolean isClosed;

  /** Whether what follows the end is done. */
  private boolean isEnded;

  /** Notes that something begins. */
  synchronized Activity begin(Supplier<String> description) {
    Activity activity = new Activity(description);
    active.add(activity);
    return activity;
  }

  private void finish(Activity activity) {
    Runnable last;
    synchronized (this) {
      active.remove(activity);
      notifyAll();
      last = takeWhenEnded();
    }
    end(last);
  }

  /**
   * Runs work of the coordinator, so that this work does not wait for itself when it closes the
   * coordinator.
   */
  void run(Runnable work) {
    Thread thread = Thread.currentThread();
    synchronized (this) {
      inside.merge(thread, 1, Integer::sum);
    }
    try {
      work.run();
    } finally {
      synchronized (this) {
        inside.merge(thread, -1, (depth, less) -> depth + less == 0 ? null : depth + less);
      }
    }
  }

  /**
   * Says that nothing new begins, except what belongs to activities that are running.
   *
   * @param ended called when the last activity has ended, which may be now
   */
  void close(Runnable ended) {
    Runnable last;
    synchronized (this) {
      isClosed = true;
      whenEnded = ended;
      last = takeWhenEnded();
    }
    end(last);
  }

  private void end(@Nullable Runnable last) {
    if (last == null) {
      return;
    }
    try {
      last.run();
    } finally {
      synchronized (this) {
        isEnded = true;
        notifyAll();
      }
    }
  }

  private @Nullable Runnable takeWhenEnded() {
    if (!isClosed || !active.isEmpty()) {
      return null;
    }
    Runnable ended = whenEnded;
    whenEnded = null;
    return ended;
  }

  /** Tells whether the calling thread works for the coordinator. */
  synchronized boolean isInside() {
    return inside.containsKey(Thread.currentThread());
  }

  /**
   * Waits until nothing goes on, and after a close until what follows its end is done, unless the
   * calling thread itself works for the coordinator.
   *
   * @return {@code false} if the time is over before, or the thread is interrupted, whose interrupt
   *     status is then set
   */
  synchronized boolean await(Duration timeout) {
    if (isInside()) {
      return true;
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!active.isEmpty() || (isClosed && !isEnded)) {
      long millis = (deadline - System.nanoTime()) / 1_000_000;
      if (millis <= 0) {
        return false;
      }
      try {
        wait(millis);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  /** Describes the activities that are running, for messages. */
  List<String> describe() {
    List<Activity> activities;
    synchronized (this) {
      activities = new ArrayList<>(active);
    }
    return activities.stream().map(activity -> activity.description.get()).toList();
  }
}
