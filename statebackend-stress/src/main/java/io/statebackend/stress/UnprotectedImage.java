// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * Bait: an "image" that shows what the owner writes, as small as the other races. That a run meets
 * the outcome "changed" shows that its actors do meet.
 */
@JCStressTest
@Outcome(id = "filled", expect = ACCEPTABLE, desc = "read before or after all writes")
@Outcome(id = "changed", expect = ACCEPTABLE_INTERESTING, desc = "the race was met")
@State
public class UnprotectedImage {
  private static final long ENTRY_COUNT = 8;

  private final Map<Long, Long> entries = new ConcurrentSkipListMap<>();

  public UnprotectedImage() {
    for (long key = 0; key < ENTRY_COUNT; key++) {
      entries.put(key, 0L);
    }
  }

  @Actor
  public void owner() {
    entries.replaceAll((key, value) -> value + 1);
  }

  @Actor
  public void snapshotThread(L_Result result) {
    long sum = 0;
    for (long value : entries.values()) {
      sum += value;
    }
    result.r1 = sum == 0 || sum == ENTRY_COUNT ? "filled" : "changed";
  }
}
