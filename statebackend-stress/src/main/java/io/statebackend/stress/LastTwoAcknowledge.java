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

/** The last two snapshots of a checkpoint are written at once: it is published, and once. */
@JCStressTest
@Outcome(
    id = "complete 1, reported complete 1, aborted 0, stored: published",
    expect = ACCEPTABLE,
    desc = "published once")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "lost, or published twice")
@State
public class LastTwoAcknowledge {
  private final SmallJob job = new SmallJob(2, Runnable::run);
  private final CompletableFuture<CompletedCheckpoint> checkpoint = job.coordinator().trigger();

  public LastTwoAcknowledge() {
    job.handOver();
  }

  @Actor
  public void firstOwner() {
    boolean unused = job.takeSnapshot(0);
  }

  @Actor
  public void secondOwner() {
    boolean unused = job.takeSnapshot(1);
  }

  @Arbiter
  public void afterwards(L_Result result) {
    try (job) {
      result.r1 = job.outcome(checkpoint);
    }
  }
}
