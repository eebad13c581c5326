// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statebackend.api.StateException;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import io.statebackend.testkit.fault.Fault;
import io.statebackend.testkit.fault.FaultFileSystem;
import io.statebackend.testkit.fault.FileCall;
import io.statebackend.testkit.fault.Unsynced;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A disk that hangs stops neither the owner of the state nor later checkpoints; a snapshot that is
 * interrupted or aborted leaves nothing behind.
 *
 * <p>Each call of one checkpoint hangs once, while the owner goes on, or closes everything, or the
 * checkpoint times out; each is interrupted once.
 */
@Timeout(120)
public abstract class SlowDiskContract extends FaultyDiskContract {
  private static final Logger LOGGER = System.getLogger(SlowDiskContract.class.getName());
  private static final Duration TIMEOUT = Duration.ofMillis(100);
  private static final int ATTEMPTS_MAX = 50;

  private final FaultySetup setup = new FaultySetup(this::newBackend, this::openStorage);
  private ExecutorService writers;

  /** Creates the contract, for one test. */
  protected SlowDiskContract() {}

  /**
   * Returns about how many of the calls of a checkpoint are tried; by default all. A backend that
   * takes long to open tries fewer.
   *
   * @return a number, 1 or more
   */
  protected int pointsInBuild() {
    return Integer.MAX_VALUE;
  }

  @BeforeEach
  final void startWriters() {
    writers = Executors.newCachedThreadPool();
  }

  @AfterEach
  final void stopWriters() {
    writers.shutdown();
  }

  /** A program on a disk of its own that has taken one checkpoint. */
  private final class Program implements AutoCloseable {
    final FaultFileSystem files = FaultFileSystem.create();
    final History history = new History();
    final FaultySession session;
    private boolean crashed;

    Program(Duration timeout) {
      session =
          new FaultySession(
              setup,
              files.getPath("/job"),
              2,
              (builder, storage) -> builder.executor(writers).timeout(timeout));
      checkOneCompletes();
    }

    /** Takes a checkpoint; again if it took longer than the timeout, on a machine that is busy. */
    void checkOneCompletes() {
      for (int attempt = 1; ; attempt++) {
        session.change(attempt);
        try {
          completed(session.beginCheckpoint(history));
          return;
        } catch (CompletionException e) {
          if (attempt == ATTEMPTS_MAX) {
            throw e;
          }
        }
      }
    }

    void completed(CompletableFuture<CompletedCheckpoint> checkpoint) {
      history.completed(checkpoint.join());
    }

    /** Begins the checkpoint that meets the fault. */
    CompletableFuture<CompletedCheckpoint> beginCheckpoint(Fault fault) {
      session.change(2);
      files.setFault(fault);
      return session.beginCheckpoint(history);
    }

    /** Takes a checkpoint that meets no fault. */
    void goOn() {
      files.setFault(Fault.none());
      session.change(3);
      completed(session.beginCheckpoint(history));
      session.checkState();
    }

    /** Loses all that was not synced, and checks what a new program finds. */
    void checkRestarted() {
      FaultFileSystem left = files.crash(Unsynced.dropped());
      crashed = true;
      try (FaultySession next = FaultySession.start(setup, left.getPath("/job"), 3)) {
        history.checkRestored(next.restoredId(), next.state());
        assertThat(next.coordinator().garbage()).as("what no checkpoint reaches").isEmpty();
      }
    }

    /** Ends it. A program whose machine crashed cannot delete its files any more, and says so. */
    @Override
    public void close() {
      files.resume();
      try {
        session.close();
      } catch (StateException e) {
        if (!crashed) {
          throw e;
        }
      }
    }
  }

  /** Something that happens to one call of a checkpoint. */
  private interface AtCall {
    void tryAt(long call) throws InterruptedException;
  }

  private void tryCalls(String what, AtCall happening) throws InterruptedException {
    long callCount = callCountOfCheckpoint();
    assertThat(callCount).as("calls of a checkpoint").isGreaterThan(20);
    long step = 1 + callCount / pointsInBuild();
    long pointCount = 0;
    for (long call = 1; call <= callCount; call += step) {
      happening.tryAt(call);
      pointCount++;
    }
    LOGGER.log(Level.INFO, "{0}: points={1}", what, pointCount);
  }

  private long callCountOfCheckpoint() {
    try (Program program = new Program(Duration.ofMinutes(10))) {
      program.completed(program.beginCheckpoint(Fault.none()));
      return program.files.callCount();
    }
  }

  @Test
  final void hang_ownerGoesOn() throws InterruptedException {
    tryCalls("hang, and the owner goes on", this::hangAtAndGoOn);
  }

  private void hangAtAndGoOn(long call) throws InterruptedException {
    try (Program program = new Program(Duration.ofMinutes(10))) {
      var hanging = program.beginCheckpoint(Fault.hangAt(call));
      program.files.awaitHungCall();
      program.session.checkState();
      program.session.change(7);
      program.session.checkState();
      assertThat(hanging).as("the checkpoint whose call %d hangs", call).isNotDone();
      program.files.resume();
      program.completed(hanging);
      program.goOn();
      program.checkRestarted();
    }
  }

  @Test
  final void hang_checkpointTimesOutAndAnotherCompletes() throws InterruptedException {
    try (Program program = new Program(TIMEOUT)) {
      var hanging = program.beginCheckpoint(hangingWriteOfSnapshot());
      program.files.awaitHungCall();
      assertThatThrownBy(hanging::join)
          .as("a checkpoint that hangs")
          .isInstanceOf(CompletionException.class)
          .hasCauseInstanceOf(StateException.class);
      program.checkOneCompletes();
      program.files.resume();
      program.checkRestarted();
    }
  }

  private static Fault hangingWriteOfSnapshot() {
    boolean[] hung = {false};
    return call -> {
      boolean hangs =
          !hung[0]
              && call.operation() == FileCall.Operation.WRITE
              && call.path().toString().contains("chk-2");
      hung[0] |= hangs;
      return hangs ? Fault.Effect.HANG : Fault.Effect.NONE;
    };
  }

  @Test
  final void hang_everythingIsClosed() throws InterruptedException {
    tryCalls("hang, and everything is closed", this::hangAtAndClose);
  }

  private void hangAtAndClose(long call) throws InterruptedException {
    Program program = new Program(Duration.ofMinutes(10));
    var hanging = program.beginCheckpoint(Fault.hangAt(call));
    program.files.awaitHungCall();
    CompletableFuture<Void> closing = CompletableFuture.runAsync(program.session::close, writers);
    program.files.resume();
    closing.join();
    noteEnd(hanging, program.history);
    assertThat(program.files.openFiles())
        .as("files that are open after the close, when call %d hung", call)
        .isEmpty();
    program.checkRestarted();
  }

  /** Waits for the end of a checkpoint that may complete or not. */
  private static void noteEnd(CompletableFuture<CompletedCheckpoint> checkpoint, History history) {
    try {
      history.completed(checkpoint.join());
    } catch (CompletionException e) {
      assertThat(e.getCause()).as("why a checkpoint failed").isInstanceOf(StateException.class);
    }
  }

  @Test
  final void interrupt_atEachCall() throws InterruptedException {
    tryCalls("interrupt", this::interruptAt);
  }

  private void interruptAt(long call) {
    try (Program program = new Program(Duration.ofMinutes(10))) {
      var interrupted =
          program.beginCheckpoint(
              each -> {
                if (each.number() == call) {
                  Thread.currentThread().interrupt();
                }
                return Fault.Effect.NONE;
              });
      noteEnd(interrupted, program.history);
      program.goOn();
      program.checkRestarted();
    }
  }
}
