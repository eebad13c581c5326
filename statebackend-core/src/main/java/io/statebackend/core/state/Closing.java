// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Closes several things, each of them whatever becomes of the others. */
public final class Closing {
  private Closing() {}

  /**
   * Closes all, in order.
   *
   * @param closes what closes each
   * @throws RuntimeException the first that was thrown, with later ones as suppressed
   */
  public static void all(List<Runnable> closes) {
    RuntimeException failure = null;
    for (Runnable close : closes) {
      failure = afterOne(close, failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /**
   * Closes all because of a failure, which the caller throws.
   *
   * @param failure gets what is thrown meanwhile as suppressed
   * @param closes what closes each
   */
  public static void allAfter(RuntimeException failure, List<Runnable> closes) {
    for (Runnable close : closes) {
      RuntimeException unused = afterOne(close, failure);
    }
  }

  private static @Nullable RuntimeException afterOne(
      Runnable close, @Nullable RuntimeException failure) {
    try {
      close.run();
    } catch (RuntimeException e) {
      if (failure == null) {
        return e;
      }
      failure.addSuppressed(e);
    }
    return failure;
  }
}
