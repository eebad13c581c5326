// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.statebackend.api.StateClosedException;
import io.statebackend.core.checkpoint.CompletedCheckpoint;
import java.util.concurrent.CompletableFuture;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * A checkpoint is triggered while the coordinator is closed: refused or aborted, never left
 * pending.
 */
@JCStressTest
@Outcome(id = "aborted", expect = ACCEPTABLE, desc = "triggered first")
@Outcome(id = "refused", expect = ACCEPTABLE, desc = "closed first")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "left pending")
@State
public class TriggeredWhileClosing {
  private final SmallJob job = new SmallJob(1, Runnable::run);
  private CompletableFuture<CompletedCheckpoint> triggered = new CompletableFuture<>();
  private boolean refused;

  public TriggeredWhileClosing() {
    job.handOver();
  }

  @Actor
  public void oneThread() {
    try {
      triggered = job.coordinator().trigger();
    } catch (StateClosedException e) {
      refused = true;
    }
  }

  @Actor
  public void closer() {
    job.coordinator().close();
  }

  @Arbiter
  public void afterwards(L_Result result) {
    try (job) {
      result.r1 = refused ? "refused" : SmallJob.end(triggered);
    }
  }
}
