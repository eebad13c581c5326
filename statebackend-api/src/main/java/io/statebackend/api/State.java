// SPDX-License-Identifier: Apache-2.0
package io.statebackend.api;

/**
 * What all state handles have in common.
 *
 * <p>A handle of keyed state speaks of the current key of its {@link KeyedStateBackend} (and of the
 * namespace given to {@link NamespacedState#in}); a handle of operator state of the subtask. {@code
 * null} is not a legal value, element, user key or user value: handing one in is a {@link
 * NullPointerException} that names the state, and {@code null} as an answer always means "absent".
 *
 * <p>Values that go in and come out are the caller's: changing one afterwards changes nothing that
 * is stored. All methods throw {@link IllegalStateException} if the state is keyed and there is no
 * current key, and {@link StateClosedException} after the backend was closed. Handles belong to the
 * thread that owns the subtask.
 */
public sealed interface State permits ValueState, MapState, MergingState {

  /** Removes what is stored. */
  void clear();
}
