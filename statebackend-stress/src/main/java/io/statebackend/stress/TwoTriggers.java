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

/** Two threads trigger: there are two checkpoints, one after the other. */
@JCStressTest
@Outcome(
    id = {"complete 1, complete 2", "complete 2, complete 1"},
    expect = ACCEPTABLE,
    desc = "in turn")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "one is lost or waits forever")
@State
public class TwoTriggers {
  private final SmallJob job = new SmallJob(1, Runnable::run);
  private CompletableFuture<CompletedCheckpoint> first = new CompletableFuture<>();
  private CompletableFuture<CompletedCheckpoint> second = first;

  public TwoTriggers() {
    job.handOver();
  }

  @Actor
  public void oneThread() {
    first = job.coordinator().trigger();
  }

  @Actor
  public void anotherThread() {
    second = job.coordinator().trigger();
  }

  @Arbiter
  public void afterwards(L_Result result) {
    try (job) {
      while (job.subtask(0).snapshotIfPending()) {}
      result.r1 = SmallJob.end(first) + ", " + SmallJob.end(second);
    }
  }
}
