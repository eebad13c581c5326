// SPDX-License-Identifier: Apache-2.0
package io.statebackend.flink;

/** Lets exceptions of functions that Flink's users write pass as they are, declared or not. */
final class Rethrow {
  private Rethrow() {}

  /**
   * Throws what was thrown.
   *
   * @return nothing; there to be thrown, so that the compiler sees the end
   */
  static RuntimeException asIs(Throwable thrown) {
    Rethrow.<RuntimeException>throwAs(thrown);
    throw new AssertionError(thrown);
  }

  @SuppressWarnings("unchecked") // the compiler need not know: what is thrown is what it is
  private static <E extends Throwable> void throwAs(Throwable thrown) throws E {
    throw (E) thrown;
  }
}
