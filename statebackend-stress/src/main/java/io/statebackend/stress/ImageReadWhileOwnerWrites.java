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

/** An image is read and released while the owner writes: neither sees the other. */
@JCStressTest
@Outcome(id = "filled, overwritten", expect = ACCEPTABLE, desc = "each sees its own")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "the image changed, or a write was lost")
@State
public class ImageReadWhileOwnerWrites {
  private final SmallStore store = new SmallStore();
  private final FrozenStore image = store.freeze();

  @Actor
  public void owner() {
    store.overwrite();
  }

  @Actor
  public void snapshotThread(LL_Result result) {
    try (image) {
      result.r1 = store.checkFilled(image);
    }
  }

  @Arbiter
  public void afterwards(LL_Result result) {
    try (store;
        FrozenStore now = store.freeze()) {
      result.r2 = store.checkOverwritten(now);
    }
  }
}
