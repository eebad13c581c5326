// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api.spi;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Closes several things. Each of them is closed, even if closing another one fails. */
public final class Closing {
  private Closing() {}

  /**
   * Closes all, in order.
   *
   * @param closes what closes each
   * @throws RuntimeException the first exception or {@link Error}, with later ones as suppressed
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
   * @throws RuntimeException the first that was thrown, or {@link Error}, with later ones as
   *     suppressed
   */
  public static <T> void all(Collection<? extends T> parts, Consumer<? super T> close) {
    Throwable failure = null;
    for (T part : parts) {
      failure = afterOne(() -> close.accept(part), failure);
    }
    if (failure != null) {
      Closing.<RuntimeException>throwAs(failure);
    }
  }

  /**
   * Closes all after a failure, which the caller throws.
   *
   * @param failure gets the exceptions of closing as suppressed
   * @param closes what closes each
   */
  public static void allAfter(Throwable failure, List<Runnable> closes) {
    for (Runnable close : closes) {
      Throwable unused = afterOne(close, failure);
    }
  }

  /**
   * Also catches undeclared checked exceptions: parts may be written in languages that do not
   * check.
   */
  private static @Nullable Throwable afterOne(Runnable close, @Nullable Throwable failure) {
    try {
      close.run();
    } catch (Throwable e) {
      if (failure == null) {
        return e;
      }
      if (failure != e) { // Nothing suppresses itself.
        failure.addSuppressed(e);
      }
    }
    return failure;
  }

  /** Throws the failure itself, even if it is an undeclared checked exception. */
  @SuppressWarnings("unchecked") // The compiler need not know: what is thrown is what it is.
  private static <E extends Throwable> void throwAs(Throwable failure) throws E {
    throw (E) failure;
  }
}
