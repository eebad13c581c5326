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

/** The coordinator is closed while the last snapshot is written: complete or aborted, wholly. */
@JCStressTest
@Outcome(
    id = "complete 1, reported complete 1, aborted 0, stored: published",
    expect = ACCEPTABLE,
    desc = "before the close")
@Outcome(
    id = "aborted, reported complete 0, aborted 1, stored: nothing",
    expect = ACCEPTABLE,
    desc = "by the close")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "neither")
@State
public class CoordinatorClosedDuringSnapshot {
  private final SmallJob job = new SmallJob(1, Runnable::run);
  private final CompletableFuture<CompletedCheckpoint> checkpoint = job.coordinator().trigger();

  public CoordinatorClosedDuringSnapshot() {
    job.handOver();
  }

  @Actor
  public void owner() {
    boolean unused = job.subtask(0).snapshotIfPending();
  }

  @Actor
  public void closer() {
    job.coordinator().close();
  }

  @Arbiter
  public void afterwards(L_Result result) {
    try (job) {
      result.r1 = job.outcome(checkpoint);
    }
  }
}
