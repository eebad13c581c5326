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

/** A subtask is closed before its snapshot while that of another one is written: nothing stays. */
@JCStressTest
@Outcome(
    id = "aborted, reported complete 0, aborted 1, stored: nothing",
    expect = ACCEPTABLE,
    desc = "aborted")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "something of it stays")
@State
public class SubtaskClosedDuringSnapshotOfAnother {
  private final SmallJob job = new SmallJob(2, Runnable::run);
  private final CompletableFuture<CompletedCheckpoint> checkpoint = job.coordinator().trigger();

  public SubtaskClosedDuringSnapshotOfAnother() {
    job.handOver();
  }

  @Actor
  public void firstOwner() {
    boolean unused = job.subtask(0).snapshotIfPending();
  }

  @Actor
  public void secondOwner() {
    job.subtask(1).close();
  }

  @Arbiter
  public void afterwards(L_Result result) {
    try (job) {
      result.r1 = job.outcome(checkpoint);
    }
  }
}
