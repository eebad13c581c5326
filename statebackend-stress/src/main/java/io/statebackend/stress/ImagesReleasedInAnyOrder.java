// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.statebackend.api.spi.FrozenStore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The first of two images is released while the owner takes the second, which is read later. */
@JCStressTest
@Outcome(id = "filled, overwritten", expect = ACCEPTABLE, desc = "each image has its own")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "an image changed")
@State
public class ImagesReleasedInAnyOrder {
  private final SmallStore store = new SmallStore();
  private final FrozenStore first = store.freeze();
  private FrozenStore second = first;

  @Actor
  public void owner() {
    store.overwrite();
    second = store.freeze();
    store.overwrite();
  }

  @Actor
  public void snapshotThread(LL_Result result) {
    result.r1 = store.checkFilled(first);
    first.close();
  }

  @Arbiter
  public void afterwards(LL_Result result) {
    try (store;
        FrozenStore read = second) {
      result.r2 = store.checkOverwritten(read);
    }
  }
}
