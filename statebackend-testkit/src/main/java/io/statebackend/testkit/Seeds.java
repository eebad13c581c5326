// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import java.util.Random;
import java.util.stream.LongStream;

/** The seeds of random tests, and the option that replays one: {@code -Dstatebackend.seed=7}. */
public final class Seeds {
  private static final String PROPERTY = "statebackend.seed";

  private Seeds() {}

  /**
   * Chooses the seed of a test.
   *
   * @return the seed that the option sets, or else a random one
   */
  public static long any() {
    return Long.getLong(PROPERTY, new Random().nextLong());
  }

  /**
   * Chooses the seeds of a test that runs several times.
   *
   * @param all the seeds that it runs with
   * @return the one that the option sets, or else all
   */
  public static LongStream onlyOf(LongStream all) {
    Long only = Long.getLong(PROPERTY);
    return only == null ? all : LongStream.of(only);
  }

  /**
   * Tells how to run a test again.
   *
   * @param seed its seed
   * @return what the message of a failure says
   */
  public static String replay(long seed) {
    return "replay with -D%s=%d".formatted(PROPERTY, seed);
  }
}
