// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.serialization;

import java.util.ArrayList;
import java.util.List;

/** A class of a program, of which each loader in {@link ClassLoaderTest} has its own. */
public final class LoadedOrder {
  /** A value. */
  public String name = "a";

  /** Others. */
  public List<Integer> lines = new ArrayList<>(List.of(1, 2));

  /** Creates an order. */
  public LoadedOrder() {}
}
