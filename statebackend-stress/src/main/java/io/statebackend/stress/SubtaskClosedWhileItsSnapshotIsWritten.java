// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.statebackend.core.checkpoint.CompletedCheckpoint;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A subtask is closed while its own snapshot, of an engine, is written: complete or aborted. */
@JCStressTest
@Outcome(
    id = "complete 1, reported complete 1, aborted 0, stored: published",
    expect = ACCEPTABLE,
    desc = "written to the end")
@Outcome(
    id = "aborted, reported complete 0, aborted 1, stored: nothing",
    expect = ACCEPTABLE,
    desc = "aborted")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "neither")
@State
public class SubtaskClosedWhileItsSnapshotIsWritten {
  private Runnable writing = () -> {};
  private final SmallJob job = new SmallJob(1, task -> writing = task);
  private final CompletableFuture<CompletedCheckpoint> checkpoint;

  public SubtaskClosedWhileItsSnapshotIsWritten() {
    job.addKeyedState();
    checkpoint = job.coordinator().trigger();
    boolean unused = job.subtask(0).snapshotIfPending();
    job.handOver();
  }

  @Actor
  public void owner() {
    job.subtask(0).close();
  }

  @Actor
  public void snapshotThread() {
    writing.run();
  }

  @Arbiter
  public void afterwards(L_Result result) {
    try (job) {
      result.r1 = job.outcome(checkpoint);
    }
  }
}
