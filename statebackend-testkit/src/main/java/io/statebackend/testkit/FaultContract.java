// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statebackend.testkit.fault.Fault;
import io.statebackend.testkit.fault.FaultFileSystem;
import io.statebackend.testkit.fault.FileCall;
import io.statebackend.testkit.fault.Unsynced;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A program's checkpoints survive whatever happens to its disk: a crash at any change, an error of
 * any call, a disk that is full at any size.
 *
 * <p>The same program runs again and again on a {@link FaultFileSystem}, with the next call failing
 * each time. Then the machine crashes, and what was not synced is kept, dropped or torn. What is
 * found afterwards is exactly the state of the last checkpoint that was reported complete, or of a
 * later one whose publication happened; every checkpoint and savepoint that is there can be
 * restored; no file is left that none refers to; and the program goes on.
 */
public abstract class FaultContract extends FaultyDiskContract {
  private static final Logger LOGGER = System.getLogger(FaultContract.class.getName());

  private static final int POINTS_IN_BUILD = 30;
  private static final int SEEDS_IN_SOAK = 20;

  // With ballast a run takes longer, and there are more calls of the same kind.
  private static final int POINTS_IN_BUILD_WITH_BALLAST = 8;
  private static final int POINTS_IN_SOAK_WITH_BALLAST = 300;

  /** One out of this number of points reports the progress. */
  private static final int REPORT_STEP = 100;

  // Seeds that stand for the end of the program alone, not of the machine.
  private static final long KILL_AND_GO_ON = 2;
  private static final long KILL_AND_LOOK = 3;

  private final FaultySetup setup =
      new FaultySetup(this::newBackend, this::openStorage, this::ballastBytes);

  /** Creates the contract, for one test. */
  protected FaultContract() {}

  /**
   * Returns how much state the program has besides a few entries; by default none. With more than
   * fits into the memory of a backend, its working files meet the faults too.
   *
   * @return a number of bytes, of which each round of the program replaces half
   */
  protected int ballastBytes() {
    return 0;
  }

  /**
   * Returns about how many of the program's changes, and of the sizes of a full disk, are tried in
   * every build, and a few times as many of its calls; by default 30, with ballast 8. A backend
   * that takes long to open tries fewer.
   *
   * @return a number, 1 or more
   */
  protected int pointsInBuild() {
    return ballastBytes() == 0 ? POINTS_IN_BUILD : POINTS_IN_BUILD_WITH_BALLAST;
  }

  /**
   * Returns likewise how many are tried by the tests that are tagged {@code slow}; by default all,
   * with ballast 300.
   *
   * @return a number, 1 or more
   */
  protected int pointsInSoak() {
    return ballastBytes() == 0 ? Integer.MAX_VALUE : POINTS_IN_SOAK_WITH_BALLAST;
  }

  /** Ends the program in one of the ways there are, and checks what the next one finds. */
  private static void endAndCheck(FaultyProgram program, FaultFileSystem files, long seed) {
    if (seed == KILL_AND_LOOK) {
      program.checkRestarted(files.kill());
    } else if (seed == KILL_AND_GO_ON) {
      program.checkGoesOn(files.kill());
    } else {
      program.checkRestarted(files.crash(unsynced(seed)));
      program.checkGoesOn(files.crash(unsynced(seed)));
    }
  }

  private static Unsynced unsynced(long seed) {
    return seed == 0 ? Unsynced.dropped() : Unsynced.random(seed);
  }

  @Test
  final void crash_atManyChanges() {
    tryPoints("crash at change", pointsInBuild(), 4, Fault::crashAt);
  }

  @Test
  @Tag("slow")
  final void crash_atEveryChangeWithManySeeds() {
    tryPoints("crash at change", pointsInSoak(), SEEDS_IN_SOAK, Fault::crashAt);
  }

  @Test
  final void error_ofManyCalls() {
    tryPoints("error of call", pointsInBuild(), 1, Fault::errorAt);
  }

  @Test
  @Tag("slow")
  final void error_ofEveryCallWithManySeeds() {
    tryPoints("error of call", pointsInSoak(), SEEDS_IN_SOAK, Fault::errorAt);
  }

  @Test
  final void error_ofAllCallsFromOneOn() {
    tryPoints("errors from call", Math.max(1, pointsInBuild() / 2), 1, Fault::errorsFrom);
  }

  @Test
  @Tag("slow")
  final void error_ofAllCallsFromEachOnWithManySeeds() {
    tryPoints("errors from call", pointsInSoak(), SEEDS_IN_SOAK, Fault::errorsFrom);
  }

  /** Runs the program with a fault at the first call, a later one, and so on until it survives. */
  private void tryPoints(
      String what, int pointCountMax, int seedCount, LongFunction<Fault> faultAt) {
    long step = 1 + runWithoutFault().changeCount() / pointCountMax;
    long pointCount = 0;
    while (!survives(what, 1 + pointCount * step, seedCount, faultAt)) {
      pointCount++;
      if (pointCount % REPORT_STEP == 0) {
        report(what + " so far", pointCount, seedCount);
      }
    }
    report(what, pointCount, seedCount);
    assertThat(pointCount).as("points at which something can fail").isPositive();
  }

  private boolean survives(String what, long point, int seedCount, LongFunction<Fault> faultAt) {
    AtomicBoolean happened = new AtomicBoolean();
    for (long seed = 0; seed < seedCount; seed++) {
      FaultFileSystem files = FaultFileSystem.create();
      files.setFault(noting(happened, faultAt.apply(point)));
      String where = "%s %d, seed=%d".formatted(what, point, seed);
      boolean survived = tryOnce(where, files, seed);
      assertThat(survived || happened.get()).as("it goes well unless something happens").isTrue();
    }
    return !happened.get();
  }

  /** Returns the files after a run in which nothing fails. */
  private FaultFileSystem runWithoutFault() {
    FaultFileSystem files = FaultFileSystem.create();
    assertThat(tryOnce("no fault", files, 0)).as("the program goes well on a good disk").isTrue();
    return files;
  }

  private static Fault noting(AtomicBoolean happened, Fault fault) {
    return call -> {
      Fault.Effect effect = fault.on(call);
      if (effect != Fault.Effect.NONE) {
        happened.set(true);
      }
      return effect;
    };
  }

  /** Runs the program once, then crashes the machine and checks. */
  private boolean tryOnce(String what, FaultFileSystem files, long seed) {
    try {
      FaultyProgram program = new FaultyProgram(setup, files);
      boolean survived = program.run();
      endAndCheck(program, files, seed);
      return survived;
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("the program is not restored as it should be: " + what, e);
    }
  }

  private static void report(String what, long pointCount, int seedCount) {
    LOGGER.log(Level.INFO, "{0}: points={1}, seeds={2}", what, pointCount, seedCount);
  }

  @Test
  final void disk_fullAtManySizes() {
    diskFullAt(pointsInBuild());
  }

  @Test
  @Tag("slow")
  final void disk_fullAtEverySize() {
    diskFullAt(pointsInSoak());
  }

  private void diskFullAt(int pointCountMax) {
    long stepBytes = 1 + runWithoutFault().usedBytes() / pointCountMax;
    long pointCount = 0;
    boolean survived = false;
    for (; !survived; pointCount++) {
      long capacityBytes = pointCount * stepBytes;
      FaultFileSystem files = FaultFileSystem.create();
      files.setCapacityBytes(capacityBytes);
      survived = tryOnce("disk full at %d bytes".formatted(capacityBytes), files, 0);
      if (pointCount % REPORT_STEP == 0) {
        report("disk full so far", pointCount, 1);
      }
    }
    report("disk full at a size", pointCount, 1);
  }

  /** A savepoint that did not fit leaves nothing, at once, and can be taken when there is room. */
  @Test
  final void disk_full_savepointLeavesNothing() {
    long stepBytes = 1 + runWithoutFault().usedBytes() / (2L * pointsInBuild());
    long pointCount = 0;
    while (!FaultyProgram.savepointFits(setup, pointCount * stepBytes)) {
      pointCount++;
    }
    report("disk full during a savepoint", pointCount, 1);
    assertThat(pointCount).as("sizes at which a savepoint does not fit").isPositive();
  }

  @Test
  final void ballast_isMoreThanFitsIntoMemory() {
    assumeTrue(ballastBytes() > 0, "the program has no ballast");
    FaultFileSystem files = FaultFileSystem.create();
    AtomicLong writeCount = new AtomicLong();
    files.setFault(
        call -> {
          if (call.operation() == FileCall.Operation.WRITE
              && call.path().startsWith(FaultyProgram.backendDirectory(files))) {
            writeCount.incrementAndGet();
          }
          return Fault.Effect.NONE;
        });
    assertThat(tryOnce("no fault", files, 0)).as("the program goes well on a good disk").isTrue();
    assertThat(writeCount)
        .as("writes to working files; with none, give the backend less memory or more ballast")
        .hasPositiveValue();
  }

  @Test
  final void transfers_short() {
    FaultFileSystem files = FaultFileSystem.create();
    files.setFault(Fault.shortTransfers());
    assertThat(tryOnce("short reads and writes", files, 0))
        .as("the program goes well when reads and writes transfer less than they were asked to")
        .isTrue();
  }

  @Test
  final void crash_atTheEnd() {
    LongStream.range(0, 6)
        .forEach(
            seed ->
                assertThat(tryOnce("no fault, seed=" + seed, FaultFileSystem.create(), seed))
                    .as("the program goes well on a disk that does")
                    .isTrue());
  }
}
