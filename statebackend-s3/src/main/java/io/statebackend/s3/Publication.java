// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.api.StateIoException;
import io.statebackend.s3.ObjectStoreException.Reason;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts objects of which there must be one only.
 *
 * <p>That the store says "there is one already" does not mean that another writer was first: the
 * answer to one's own put may have been lost, and somebody on the way may have repeated it. So
 * after any failure the object is read back. If its writer is this put's own, the put has
 * succeeded; if it is another's, that one was first; if there is none, the put is tried again.
 */
final class Publication {
  private static final Logger logger = LoggerFactory.getLogger(Publication.class);
  private static final int ATTEMPTS_MAX = 6;
  private static final int WRITER_SIZE_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ObjectStore store;

  /** How long to wait before the second attempt; twice as long before each later one. */
  private final long pauseMillis;

  Publication(ObjectStore store, long pauseMillis) {
    this.store = store;
    this.pauseMillis = pauseMillis;
  }

  /** Makes up who puts an object. */
  static String newWriter() {
    byte[] writer = new byte[WRITER_SIZE_BYTES];
    RANDOM.nextBytes(writer);
    return HexFormat.of().formatHex(writer);
  }

  /** Puts an object that may be there afterwards. */
  interface Attempt {
    void run() throws ObjectStoreException;
  }

  /**
   * Puts an object.
   *
   * @return whether it is there now; {@code false} if another one is
   * @throws StateIoException if it cannot be put, or nobody can say whether it was
   */
  boolean put(String key, byte[] content, int length) {
    String writer = newWriter();
    return put(key, writer, length, () -> store.putIfAbsent(key, content, length, writer));
  }

  /**
   * Makes a kind of attempt until it is known what became of it. Interrupts wait until then, since
   * an interrupted call would only add to what is not known.
   *
   * @param writer who puts it
   * @param length how long the object is
   */
  boolean put(String key, String writer, long length, Attempt attempt) {
    boolean wasInterrupted = Thread.interrupted();
    try {
      long pause = pauseMillis;
      for (int number = 1; ; number++) {
        ObjectStoreException failure = tryOnce(attempt);
        wasInterrupted |= Thread.interrupted();
        if (failure == null) {
          return true;
        }
        Boolean isOwn = isOwn(key, writer, length, failure);
        wasInterrupted |= Thread.interrupted();
        if (isOwn != null) {
          logger.debug("{} is there after {}, own={}", key, failure.getMessage(), isOwn);
          return isOwn;
        }
        if (number == ATTEMPTS_MAX || failure.reason() == Reason.REFUSED) {
          throw new StateIoException(
              "cannot write: object=%s, attempts=%d, reason=%s; it is not there"
                  .formatted(key, number, failure.getMessage()),
              failure);
        }
        logger.debug("{} is put once more after {}", key, failure.getMessage());
        wasInterrupted |= sleep(pause);
        pause *= 2;
      }
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static @Nullable ObjectStoreException tryOnce(Attempt attempt) {
    try {
      attempt.run();
      return null;
    } catch (ObjectStoreException e) {
      return e;
    }
  }

  /** Tells whether the object that is there is one's own, or {@code null} if there is none. */
  private @Nullable Boolean isOwn(
      String key, String writer, long length, ObjectStoreException failure) {
    try {
      ObjectStore.Part found = store.get(key, 0, 1, null);
      return writer.equals(found.writer()) && found.objectLength() == length;
    } catch (ObjectStoreException e) {
      if (e.reason() == Reason.ABSENT) {
        return null;
      }
      e.addSuppressed(failure);
      throw new StateIoException(
          "cannot tell whether an object was written: object=%s, reason=%s, after %s; it may be there or not"
              .formatted(key, e.getMessage(), failure.getMessage()),
          e);
    }
  }

  /** Waits; returns whether it was interrupted. */
  private static boolean sleep(long millis) {
    try {
      Thread.sleep(millis);
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }
}
