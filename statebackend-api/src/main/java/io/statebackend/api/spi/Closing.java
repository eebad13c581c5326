// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
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
    all(closes, Runnable::run);
  }

  /**
   * Closes all of a kind, in order.
   *
   * @param <T> the kind
   * @param parts what is closed
   * @param close closes one
   * @throws RuntimeException the first that was thrown, with later ones as suppressed
   */
  public static <T> void all(Collection<? extends T> parts, Consumer<? super T> close) {
    RuntimeException failure = null;
    for (T part : parts) {
      failure = afterOne(() -> close.accept(part), failure);
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
