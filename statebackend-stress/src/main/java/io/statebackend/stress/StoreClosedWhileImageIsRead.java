// SPDX-License-Identifier: Apache-2.0
package io.statebackend.stress;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.statebackend.api.StateClosedException;
import io.statebackend.api.spi.FrozenStore;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/** A store is closed while its image is read: the reader gets all of it, or is told. */
@JCStressTest
@Outcome(id = "filled", expect = ACCEPTABLE, desc = "read to the end")
@Outcome(id = "closed", expect = ACCEPTABLE, desc = "told that it is closed")
@Outcome(id = ".*", expect = FORBIDDEN, desc = "a part of it, or another exception")
@State
public class StoreClosedWhileImageIsRead {
  private final SmallStore store = new SmallStore();
  private final FrozenStore image = store.freeze();

  @Actor
  public void owner() {
    store.close();
  }

  @Actor
  public void snapshotThread(L_Result result) {
    try (image) {
      result.r1 = store.checkFilled(image);
    } catch (StateClosedException e) {
      result.r1 = "closed";
    } catch (RuntimeException e) {
      result.r1 = e.toString();
    }
  }
}
