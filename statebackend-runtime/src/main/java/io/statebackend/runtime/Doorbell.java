// SPDX-License-Identifier: Apache-2.0
package io.statebackend.runtime;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/*
 * Why no ring is lost
 *
 * The waiting thread writes its name, then looks whether what it waits for is there. The other one
 * makes it be there, then reads the name. With a full fence between the two steps on both sides, at
 * least one of them sees what the other has written: either the waiting thread does not park, or it
 * is unparked.
 */

/** Wakes one thread that waits for others to do something. */
final class Doorbell {
  /** About some microseconds: less than it takes to park and to be woken. */
  private static final int SPINS = 200;

  private static final VarHandle WAITING;

  static {
    try {
      WAITING = MethodHandles.lookup().findVarHandle(Doorbell.class, "waiting", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("unused") // By the handle, too.
  private volatile @Nullable Thread waiting;

  /** Wakes the thread that waits, if there is one. Called after what it waits for was done. */
  void ring() {
    VarHandle.fullFence();
    Thread thread = waiting;
    if (thread != null && WAITING.compareAndSet(this, thread, null)) {
      LockSupport.unpark(thread);
    }
  }

  /**
   * Waits until something is so.
   *
   * @param isReady looks whether it is; what it changes is the caller's affair
   * @param nanosMax how long to wait at most, {@link Long#MAX_VALUE} forever
   * @return {@code false} if the time has passed before
   * @throws InterruptedException if the thread is interrupted before
   */
  boolean await(BooleanSupplier isReady, long nanosMax) throws InterruptedException {
    for (int spin = 0; spin < SPINS; spin++) {
      if (isReady.getAsBoolean()) {
        return true;
      }
      Thread.onSpinWait();
    }
    long start = System.nanoTime();
    try {
      while (true) {
        waiting = Thread.currentThread();
        VarHandle.fullFence();
        if (isReady.getAsBoolean()) {
          return true;
        }
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (nanosMax == Long.MAX_VALUE) {
          LockSupport.park(this);
        } else {
          long left = nanosMax - (System.nanoTime() - start);
          if (left <= 0) {
            return false;
          }
          LockSupport.parkNanos(this, left);
        }
      }
    } finally {
      waiting = null;
    }
  }
}
