// SPDX-License-Identifier: Apache-2.0
package io.statebackend.core.state;

import io.statebackend.api.spi.EntryCursor;
import io.statebackend.api.spi.EntrySource;
import io.statebackend.core.snapshot.StateMeta;
import java.util.function.Supplier;

/** One operator state on the heap, as restore and snapshot see it. */
interface HeapOperatorState {

  /** Returns what the state is. */
  StateMeta meta();

  /** Adds the pages of restored entries. */
  void load(EntrySource entries);

  /** Takes an image, whose pages any thread may read. */
  Supplier<EntryCursor> freeze();
}
